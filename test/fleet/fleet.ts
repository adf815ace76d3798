import { once } from 'node:events'
import { Agent, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { freePorts } from '../helpers/free-ports.js'
import { runScript } from '../helpers/processes.js'
import type { RedisServer } from '../helpers/redis.js'
import { startUpstream } from '../helpers/start-gateway.js'

/** An answer of a gateway, and the milliseconds that it took. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly ms: number
}

/** One gateway process. */
export interface Member {
  /** Sends one request as `client`. */
  get(path: string, client: string): Promise<Answer>
  /** The sum of a counter’s samples that have all of `labels`. */
  counter(name: string, labels?: string): Promise<number>
  isReady(): Promise<boolean>
}

const SIZE = 4

async function fetchText(url: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  return fetch(url).then(
    async (response) => ({ ok: response.ok, text: await response.text() }),
    () => ({ ok: false, text: '' }),
  )
}

function memberAt(port: number, adminPort: number, agent: Agent): Member {
  const admin = (path: string) => fetchText(`http://127.0.0.1:${adminPort}${path}`)
  return {
    async get(path, client) {
      const from = performance.now()
      const request = get({ host: '127.0.0.1', port, path, agent, headers: { 'x-client': client } })
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      return { status: response.statusCode as number, headers: response.headers, body, ms: performance.now() - from }
    },
    async counter(name, labels = '') {
      const { text } = await admin('/metrics')
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
    isReady: async () => (await admin('/readyz')).ok,
  }
}

/** Starts four gateway processes that share a Redis, and resolves as soon as the last of them is ready. */
export async function startFleet(t: ExecutionContext, redis: RedisServer): Promise<readonly Member[]> {
  const upstream = await startUpstream(t, (_request, res) => void res.writeHead(200, { 'content-type': 'text/plain' }).end('hello'))
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  t.teardown(() => agent.destroy())
  const ports = await freePorts(2 * SIZE)
  const processes = Array.from({ length: SIZE }, (_, index) => {
    const [port, adminPort] = ports.slice(2 * index) as [number, number]
    const running = runScript(t, 'test/fixtures/fleet/gateway.ts', [String(port), String(adminPort), upstream.url, redis.url])
    return { member: memberAt(port, adminPort, agent), running }
  })
  await Promise.all(
    processes.map(async ({ member, running }) => {
      while (!(await member.isReady())) {
        if (running.child.exitCode !== null) throw new Error(`a gateway ended: ${running.output()}`)
        await delay(20)
      }
    }),
  )
  return processes.map(({ member }) => member)
}
