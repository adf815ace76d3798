import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** A proxy with 10,000 routes takes its time. */
const MOST_START_MS = 60_000

/** What was started and has to be ended. */
const running = new Map<number, ChildProcess>()

const has = (command: string) => {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The path of a command, or undefined if it is not on the PATH. */
export function findCommand(command: string): string | undefined {
  return has(command) ? execFileSync('which', [command], { encoding: 'utf8' }).trim() : undefined
}

const pins = has('taskset')

/** Whether processes can be kept on one core each. */
export const canPin = pins

/** Starts a process on one core. */
export function start(core: number, command: string, args: readonly string[], stdout: 'pipe' | 'ignore'): ChildProcess {
  const [file, rest] = pins ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]]
  const child = spawn(file, rest, { stdio: ['ignore', stdout, 'pipe'], env: { ...process.env, NODE_ENV: 'production' } })
  child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk))
  if (child.pid !== undefined) running.set(child.pid, child)
  child.on('exit', () => child.pid !== undefined && running.delete(child.pid))
  return child
}

/** Waits for the line `port <n>` that each of the benchmark's own processes prints. */
export async function announcedPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('the process has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^port (\d+)$/.exec(line)?.[1]
    if (port !== undefined) {
      child.stdout.resume()
      return Number(port)
    }
  }
  throw new Error(`process ${child.pid} ended before it listened`)
}

/** A port that was free a moment ago, for servers that cannot choose one. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

/** Waits until something listens on `port`. */
export async function listening(port: number, child: ChildProcess): Promise<number> {
  for (const start = performance.now(); performance.now() - start < MOST_START_MS && child.exitCode === null; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return port
    await wait(10)
  }
  throw new Error(`nothing listens on port ${port}`)
}

function descendants(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = statOf(Number(name))?.parent
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  for (let open = [pid]; open.length > 0; ) {
    found.push(...open)
    open = open.flatMap((one) => children.get(one) ?? [])
  }
  return found
}

function statOf(pid: number): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    // The command's name, in parentheses, may itself hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}

/** Seconds of CPU that a process and all its descendants have used, user and system. */
export function cpuSeconds(pid: number): number {
  return descendants(pid).reduce((sum, one) => sum + (statOf(one)?.ticks ?? 0), 0) / TICKS_PER_SECOND
}

/** Resident memory of a process and all its descendants, in MiB. */
export function residentMb(pid: number): number {
  const kb = descendants(pid).map((one) => {
    try {
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0)
    } catch {
      return 0
    }
  })
  return kb.reduce((sum, one) => sum + one, 0) / 1_024
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}

/** Ends one process and what it started. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const tree = descendants(child.pid)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  signal(child.pid, 'SIGTERM')
  await Promise.race([ended, wait(2_000)])
  for (const pid of tree) signal(pid, 'SIGKILL')
}

/** Ends everything that is still running, at once. */
export function stopAll(): void {
  for (const pid of running.keys()) for (const one of descendants(pid)) signal(one, 'SIGKILL')
}
