import { Agent, request as send } from 'node:http'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { startFrom, until } from './start-from.js'

const HOUR_MS = 3_600_000

const config = (target: string) => `import { cache, defineGateway, ip, rateLimit, route, upstream } from 'gatewright'
const users = upstream('users', { targets: ['${target}'], health: { path: '/health', interval: '100ms' } })
const gone = upstream('gone', { targets: ['http://127.0.0.1:9'], breaker: { failures: 2, minRequests: 100, open: '10m' }, retry: false })
const get = (path: string) => ({ method: 'GET', path, upstream: users }) as const
export default defineGateway({
  info: { title: 'T', version: '1' },
  server: { preStop: '10ms', drain: '10s' },
  log: { access: true },
  routes: {
    plain: route(get('/plain')),
    cached: route({ ...get('/cached'), use: { cache: cache({ public: true, ttl: '10m' }) } }),
    limited: route({ ...get('/limited'), use: { limit: rateLimit({ by: ip, limit: '2/h' }) } }),
    broken: route({ ...get('/broken'), upstream: gone }),
  },
})
`

test('O-15: a step of the clock by an hour, ahead or back, ends no connection, cached response, limit or open breaker', async (t) => {
  const counts: Record<string, number> = {}
  const upstreamPorts = new Set<number>()
  const gateway = await startFrom(t, {
    config,
    preload: pathToFileURL(resolve(import.meta.dirname, '../helpers/stepping-date.mjs')).href,
    answer: (request, response) => {
      const path = request.url as string
      counts[path] = (counts[path] ?? 0) + 1
      if (path !== '/health') upstreamPorts.add(request.socket.remotePort as number)
      response.end(`${path} ${counts[path]}`)
    },
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const clientPorts = new Set<number>()
  const ask = (path: string) =>
    new Promise<string>((done, failed) => {
      const request = send(`${gateway.url}${path}`, { agent }, (response) => {
        clientPorts.add(request.socket?.localPort as number)
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        response.on('end', () => done(`${response.statusCode} ${response.statusCode === 200 ? text : JSON.parse(text).code}`))
      })
      request.on('error', failed).end()
    })
  const states = async () => [await ask('/cached'), await ask('/limited'), await ask('/broken')]
  /** How far the times in the log are from the true ones. */
  const stepped = () => Date.parse(/"time":"([^"]+)"[^\n]*\n$/.exec(gateway.logged())?.[1] ?? '') - Date.now()

  await ask('/limited')
  await ask('/limited')
  await ask('/broken')
  await ask('/broken')
  const before = await states()
  t.deepEqual(before, ['200 /cached 1', '429 RATE_LIMITED', '503 CIRCUIT_OPEN'])
  for (const hours of [1, -1, 0]) {
    gateway.child.kill('SIGUSR2')
    await until(
      t,
      async () => {
        await ask('/plain')
        return Math.abs(stepped() - hours * HOUR_MS) < 60_000
      },
      'the clock did not step',
    )
    t.deepEqual(await states(), before, `${hours} h from the true time`)
    const probes = counts['/health'] as number
    await until(t, () => (counts['/health'] as number) > probes + 3, 'probes stopped')
    t.is(await gateway.metric(/^gatewright_upstream_targets\{upstream="users",state="healthy"\} (\d)/m), 1)
  }
  t.is(clientPorts.size, 1, 'the connection of the client')
  t.is(upstreamPorts.size, 1, 'the connection to the upstream')
  gateway.child.kill('SIGTERM')
  t.is(await gateway.exit, 0)
})
