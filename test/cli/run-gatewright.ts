import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { ExecutionContext } from 'ava'

const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, 'generator/cli/bin.ts')
const NODE = [`--import=${import.meta.resolve('tsx/esm')}`, '--conditions=@gatewright/source']

export interface CliOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  readonly nodeArgs?: readonly string[]
}

/** A command that runs, with what it has printed so far. */
export interface RunningCli {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves with the match as soon as standard error has it; rejects if the command ends before. */
  readonly printed: (pattern: RegExp) => Promise<RegExpMatchArray>
  readonly exit: Promise<number | null>
}

function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, FORCE_COLOR: _color, NO_COLOR: _plain, ...rest } = process.env
  return { ...rest, ...extra }
}

/** Starts the command line from source, as a process of its own; it is ended with the test. */
export function startGatewright(t: ExecutionContext, args: readonly string[], { cwd, env, nodeArgs = [] }: CliOptions): RunningCli {
  const child = spawn(process.execPath, [...NODE, ...nodeArgs, BIN, ...args], {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null)
  const printed = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = stderr.match(pattern)
        if (match) resolve(match)
      }
      child.stderr.on('data', look)
      look()
      void exit.then((code) => reject(new Error(`ended with ${code} before ${pattern} was printed:\n${stderr}`)))
    })
  return { child, stdout: () => stdout, stderr: () => stderr, printed, exit }
}

/** Runs the command line from source to its end. */
export async function runGatewright(t: ExecutionContext, args: readonly string[], options: CliOptions) {
  const running = startGatewright(t, args, options)
  const code = await running.exit
  return { code, stdout: running.stdout(), stderr: running.stderr() }
}
