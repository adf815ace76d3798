import { on, once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { route, upstream } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

/** An upstream that runs while this thread is held: it answers a tenth of a second after it was asked. */
const ELSEWHERE = `
const { parentPort } = require('node:worker_threads')
const server = require('node:http').createServer((req, res) => {
  parentPort.postMessage(req.url)
  setTimeout(() => res.end('late'), 100)
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

/** Starts it; gives its URL, and what resolves when it is next asked for a path. */
async function startElsewhere(t: ExecutionContext) {
  const worker = new Worker(ELSEWHERE, { eval: true })
  t.teardown(() => worker.terminate())
  const [port] = await once(worker, 'message')
  const askedFor = async (path: string) => {
    for await (const [url] of on(worker, 'message')) if (url === path) return
  }
  return { url: `http://127.0.0.1:${port}`, askedFor }
}

const stall = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

for (const lifecycle of LANES) {
  test.serial(`${lifecycle}: O-11: a stall of two seconds fails no request whose answer came meanwhile`, async (t) => {
    const { url, askedFor } = await startElsewhere(t)
    const up = upstream('up', { targets: [url], timeouts: { headers: '1s' } })
    const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: up, lifecycle }) })
    const asked = askedFor('/')
    const answer = fetch(gateway.url)
    await asked
    // A short one first, and a round of timers: that it was taken for one must not count for the long one.
    stall(60)
    for (let round = 0; round < 2; round++) await new Promise(setImmediate)
    stall(2_000)
    t.is(await (await answer).text(), 'late')
    t.is((await fetch(`${gateway.adminUrl}/readyz`)).status, 200)
  })

  test(`${lifecycle}: O-19: a client that closes its half behind the request is taken to have left`, async (t) => {
    const service = await startUpstream(t, () => undefined)
    const up = upstream('up', { targets: [service.url] })
    const gateway = await startGateway(t, { any: route({ method: '*', path: '/', upstream: up, lifecycle }) })
    const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', allowHalfOpen: true })
    t.teardown(() => socket.destroy())
    socket.on('error', () => undefined).end('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    t.is(await text(socket).catch(() => ''), '')
    const metrics = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text()
    while (!/^gatewright_requests_in_flight 0$/m.test(await metrics())) await new Promise(setImmediate)
  })
}

test.serial('O-11: a stall takes no target out whose probe was answered meanwhile', async (t) => {
  const { url, askedFor } = await startElsewhere(t)
  const health = { path: '/healthz', interval: '500ms', timeout: '500ms', fall: 1, jitter: 0 } as const
  const up = upstream('up', { targets: [url], health })
  const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: up }) })
  await askedFor('/healthz')
  stall(1_500)
  t.is(await (await fetch(gateway.url)).text(), 'late')
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  t.notRegex(metrics, /gatewright_target_health_changes_total\{.*to="unhealthy"/)
})
