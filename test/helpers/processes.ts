import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { isTaken } from './free-ports.js'

/** A script under test, run as users run it from source. */
export interface RunningScript {
  readonly child: ChildProcess
  /** Everything written so far, standard output and standard error together. */
  output(): string
  /** Resolves with the output once it contains `text`; rejects if the process ends first. */
  shows(text: string | RegExp): Promise<string>
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly output: string }>
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FROM_SOURCE = ['--import=tsx/esm', '--conditions=@gatewright/source']

/** Runs a script of the repository in a process of its own; one that is still running when the test ends is killed. */
export function runScript(
  t: ExecutionContext,
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): RunningScript {
  const child = spawn(process.execPath, [...FROM_SOURCE, script, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env, FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const collect = (chunk: Buffer) => {
    text += chunk.toString('utf8')
    child.emit('text')
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, output: text }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const has = (wanted: string | RegExp) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text))
  return {
    child,
    ended,
    output: () => text,
    async shows(wanted) {
      const over = ended.then(() => {
        if (!has(wanted)) throw new Error(`the process ended without showing ${wanted}:\n${text}`)
      })
      while (!has(wanted)) await Promise.race([once(child, 'text'), over])
      return text
    },
  }
}

/** Resolves to true when nothing listens on any of the ports any more, to false if that takes longer than `ms`. */
export async function portsClose(ports: readonly number[], ms: number): Promise<boolean> {
  const deadline = Date.now() + ms
  for (;;) {
    const states = await Promise.all(ports.map(isTaken))
    if (!states.includes(true)) return true
    if (Date.now() > deadline) return false
    await delay(50)
  }
}
