import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** One process to start: a script with its arguments, and the URL that answers 200 when it is ready. */
export interface ProcessPlan {
  readonly name: string
  readonly script: URL
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly ready: string
  readonly onLine?: (line: string) => void
}

export interface Ending {
  readonly name: string
  readonly pid: number | undefined
  /** `code 1` or `signal SIGKILL`. */
  readonly how: string
  /** The last lines it wrote to standard error. */
  readonly lastWords: readonly string[]
}

interface Member {
  readonly child: ChildProcess
  readonly ended: Promise<Ending>
  /** True once it is meant to end. */
  dismissed: boolean
}

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 8_000
const PRELOAD = `--import=${new URL('./exit-with-parent.ts', import.meta.url).href}`

/** The processes of the shop. They run as this one was run, are stopped by pid, and none outlives it. */
export class Processes {
  readonly #members = new Map<string, Member>()
  readonly #onDeath: (ending: Ending) => void
  #closed = false

  /** @param onDeath told when a process ends that nobody stopped. */
  constructor(onDeath: (ending: Ending) => void) {
    this.#onDeath = onDeath
  }

  /** What runs, by name and pid. */
  list(): readonly { readonly name: string; readonly pid: number | undefined }[] {
    return [...this.#members].map(([name, { child }]) => ({ name, pid: child.pid }))
  }

  /** Starts a process and resolves when it is ready; rejects if it ends before that. */
  async start(plan: ProcessPlan): Promise<void> {
    if (this.#closed) throw new Error(`${plan.name} is not started: the shop is closing`)
    const member = launch(plan)
    this.#members.set(plan.name, member)
    let ready = false
    const ended = member.ended.then((ending) => {
      if (ready && !member.dismissed) this.#onDeath(ending)
      return ending
    })
    const waiting = new AbortController()
    const early = await Promise.race([ended, untilReady(plan, waiting.signal)])
    waiting.abort()
    ready = true
    if (early) throw new Error([`${early.name} ended with ${early.how} before it was ready`, ...early.lastWords].join('\n  '))
  }

  /** Ends one process, by default without warning, and resolves when it is gone. */
  async end(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const member = this.#members.get(name)
    if (!member) return
    member.dismissed = true
    member.child.kill(signal)
    const patience = new AbortController()
    await Promise.race([member.ended, delay(STOP_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined)])
    patience.abort()
    member.child.kill('SIGKILL')
    await member.ended
    this.#members.delete(name)
  }

  /** Ends all of them, the last started first, each within seconds. */
  async stop(): Promise<void> {
    this.#closed = true
    for (const member of this.#members.values()) member.dismissed = true
    for (const name of [...this.#members.keys()].reverse()) await this.end(name, 'SIGTERM')
  }
}

function launch({ name, script, args = [], env, onLine }: ProcessPlan): Member {
  const child = spawn(process.execPath, [...process.execArgv, PRELOAD, fileURLToPath(script), ...args], {
    env: { ...process.env, ...env, NAME: name },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own, so that Ctrl-C in the terminal reaches the parent alone and the parent stops the rest in order.
    detached: true,
  })
  const lastWords: string[] = []
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line))
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastWords.push(line)
      if (lastWords.length > 12) lastWords.shift()
    })
  const ended = once(child, 'close').then(
    ([code, signal]): Ending => ({ name, pid: child.pid, how: signal ? `signal ${signal}` : `code ${code}`, lastWords }),
    (error: Error): Ending => ({ name, pid: child.pid, how: error.message, lastWords }),
  )
  return { child, ended, dismissed: false }
}

/** Asks `plan.ready`, less and less often, until it answers 200. */
async function untilReady(plan: ProcessPlan, signal: AbortSignal): Promise<undefined> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (let pause = 25; !signal.aborted; pause = Math.min(pause * 1.5, 400)) {
    const status = await fetch(plan.ready, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (Date.now() > deadline)
      throw new Error(`${plan.name} was not ready within ${READY_WITHIN_MS / 1000} s: ${plan.ready} answered ${status || 'nothing'}`)
    await delay(pause, undefined, { signal }).catch(() => undefined)
  }
}
