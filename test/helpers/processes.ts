import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

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

// Below the ranges from which systems take ports by themselves: one of those may belong to any connection of another test
// as soon as its process has ended.
const LOWEST_PORT = 12_000
const HIGHEST_PORT = 32_000

/** Ports of 127.0.0.1 that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = LOWEST_PORT + randomInt(HIGHEST_PORT - LOWEST_PORT)
    if (!(await isTaken(port))) ports.add(port)
  }
  return [...ports]
}

/** Whether something holds this port of 127.0.0.1. */
function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })
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
