import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import test, { type ExecutionContext } from 'ava'
import { onPath } from '../helpers/on-path.js'

/** What a command wrote, both streams together, and its exit code. */
export interface Finished {
  readonly code: number | null
  readonly output: string
}

/** A folder of its own for one test, in which programs run with no settings of the machine's. */
export interface Workbench {
  readonly folder: string
  /** Runs a command to its end, with `cwd` inside the folder. */
  run(command: string, args: readonly string[], cwd?: string): Promise<Finished>
  /** As `run`; fails the test unless the command ends with 0. */
  must(command: string, args: readonly string[], cwd?: string): Promise<string>
  /** Starts a server, which ends with the test; resolves once it has written `ready`. */
  serve(command: string, args: readonly string[], ready: RegExp): Promise<void>
}

/** Nothing of the user's or of the npm that runs the tests: only where programs are, and the folder as home. */
const bareEnv = (home: string) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
})

function collect(child: ChildProcess): () => string {
  let text = ''
  const add = (chunk: Buffer) => {
    text += chunk.toString('utf8')
    child.emit('text')
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return () => text
}

/** Makes the folder; it goes, and so do the servers, when the test ends. */
export async function workbench(t: ExecutionContext): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-interop-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const start = (command: string, args: readonly string[], cwd: string) =>
    spawn(onPath(command) ?? command, args, { cwd: join(folder, cwd), env: bareEnv(folder), stdio: ['ignore', 'pipe', 'pipe'] })

  async function run(command: string, args: readonly string[], cwd = '.'): Promise<Finished> {
    const child = start(command, args, cwd)
    const output = collect(child)
    const [code] = await once(child, 'close')
    return { code, output: output() }
  }

  return {
    folder,
    run,
    async must(command, args, cwd) {
      const { code, output } = await run(command, args, cwd)
      t.is(code, 0, `${command} ${args.join(' ')}\n${output}`)
      return output
    },
    async serve(command, args, ready) {
      const child = start(command, args, '.')
      const output = collect(child)
      const over = once(child, 'close').then(() => {
        if (!ready.test(output())) throw new Error(`${command} ended:\n${output()}`)
      })
      t.teardown(async () => {
        child.kill('SIGKILL')
        await over
      })
      while (!ready.test(output())) await Promise.race([once(child, 'text'), over])
    },
  }
}

/** Declares a test that needs programs; without one of them it is reported as skipped, with the reason in its title. */
export function interopTest(
  programs: readonly string[],
  title: string,
  run: (t: ExecutionContext, bench: Workbench) => Promise<void>,
): void {
  const missing = programs.filter((name) => onPath(name) === undefined)
  if (missing.length > 0) test.skip(`${title} (no ${missing.join(', ')} on PATH)`, (t) => t.pass())
  else test(title, async (t) => run(t, await workbench(t)))
}
