import { type ChildProcess, spawn } from 'node:child_process'
import { freePort } from './free-ports.js'
import { onPath } from './on-path.js'

/** A Redis for one test; the ones that end or freeze it need a server of their own. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  /** Freezes it: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

const binary = onPath('redis-server')
const sharedUrl = process.env['REDIS_URL']

/** Why there is no Redis to test with, or undefined. */
export function redisMissing(need: 'any' | 'own'): string | undefined {
  if (binary !== undefined || (need === 'any' && sharedUrl !== undefined)) return undefined
  return sharedUrl === undefined ? 'no redis-server on PATH and no REDIS_URL' : 'needs a redis-server of its own, and there is none on PATH'
}

function launch(port: number, more: readonly string[]): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'notice', ...more]
  const child = spawn(binary as string, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('eady to accept connections')) resolve(child)
    })
  })
}

const shared = (url: string): RedisServer => {
  const refuse = () => Promise.reject(new Error('REDIS_URL names a server that tests may not end'))
  return {
    url,
    port: Number(new URL(url).port || 6379),
    kill: refuse,
    start: refuse,
    pause: refuse,
    resume: refuse,
    stop: () => Promise.resolve(),
  }
}

/** Starts a private redis-server, with more arguments if any, that keeps nothing on disk; without one on PATH, the server at REDIS_URL. */
export async function startRedis(more: readonly string[] = []): Promise<RedisServer> {
  if (binary === undefined) return shared(sharedUrl as string)
  const port = await freePort()
  let child: ChildProcess | undefined
  const cleanUp = () => child?.kill('SIGKILL')
  process.once('exit', cleanUp)
  const end = async () => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null) return
    const ended = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill('SIGKILL')
    await ended
  }
  const start = async () => {
    child = await launch(port, more)
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill: end,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      process.off('exit', cleanUp)
      await end()
    },
  }
}
