import type { ServerResponse } from 'node:http'
import test from 'ava'
import { route, type UpstreamOptions, upstream } from 'gatewright'
import { rawServer, withResolvers } from '../helpers/raw-http.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

async function metric(adminUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(name))
  return Number(line?.split(' ').at(-1) ?? 0)
}

for (const lifecycle of LANES) {
  const any = (options: UpstreamOptions, more: object = {}) => ({
    any: route({ method: '*', path: '/{path*}', upstream: upstream('up', options), lifecycle, ...more }),
  })

  test(`${lifecycle}: a second target is asked where the first is slow; the first good response wins and the other is ended`, async (t) => {
    const ended = withResolvers()
    let slow = 0
    const silent = await rawServer(t, (socket) => {
      socket.once('data', () => slow++)
      socket.on('close', () => ended.resolve())
    })
    const up = await startUpstream(t, (_request, res) => void res.end('fast'))
    const gateway = await startGateway(t, any({ targets: [silent, up.url], hedge: { after: '1s' } }))
    const startedAt = performance.now()
    t.is(await (await fetch(`${gateway.url}/1`)).text(), 'fast')
    t.is(await (await fetch(`${gateway.url}/2`)).text(), 'fast')
    await ended.promise
    t.true(performance.now() - startedAt < 15_000, 'long before `timeouts.headers`')
    t.is(slow, 1)
    t.is(up.requests.length, 2)
    t.is(await metric(gateway.adminUrl, 'gatewright_upstream_hedges_total'), 1)
    t.is(await metric(gateway.adminUrl, 'gatewright_requests_in_flight'), 0)
  })

  test(`${lifecycle}: the slow target may still win, and a bad answer of the second does not end the race`, async (t) => {
    const held: ServerResponse[] = []
    const asked = withResolvers()
    const slow = await startUpstream(t, (_request, res) => void held.push(res))
    const bad = await startUpstream(t, (_request, res) => {
      res.writeHead(500).end('bad')
      asked.resolve()
    })
    const gateway = await startGateway(t, any({ targets: [slow.url, bad.url], hedge: { after: '30ms' } }))
    const call = fetch(gateway.url)
    await asked.promise
    held[0]?.end('slow but good')
    const response = await call
    t.is(response.status, 200)
    t.is(await response.text(), 'slow but good')
    t.is(bad.requests.length, 1)
  })

  test(`${lifecycle}: where all answers are bad, the last one is the client's`, async (t) => {
    const held: ServerResponse[] = []
    const asked = withResolvers()
    const slow = await startUpstream(t, (_request, res) => void held.push(res))
    const bad = await startUpstream(t, (_request, res) => {
      res.writeHead(500).end('first bad')
      asked.resolve()
    })
    const gateway = await startGateway(t, any({ targets: [slow.url, bad.url], hedge: { after: '30ms' } }))
    const call = fetch(gateway.url)
    await asked.promise
    held[0]?.writeHead(503).end('last bad')
    const response = await call
    t.is(response.status, 503)
    t.is(await response.text(), 'last bad')
  })

  test(`${lifecycle}: never for a POST, a streamed body, a single target, or with \`hedge: false\``, async (t) => {
    const rows: [number, RequestInit, object][] = [
      [2, { method: 'POST', body: 'x' }, {}],
      [2, { method: 'PUT', body: 'x' }, {}],
      [1, {}, {}],
      [2, {}, { hedge: false }],
    ]
    for (const [count, init, more] of rows) {
      const ups = await Promise.all(
        Array.from({ length: count }, () => startUpstream(t, (_request, res) => void setTimeout(() => res.end('ok'), 150))),
      )
      const gateway = await startGateway(t, any({ targets: ups.map(({ url }) => url), hedge: { after: '20ms' } }, more))
      t.is(await (await fetch(gateway.url, init)).text(), 'ok')
      t.is(
        ups.reduce((sum, { requests }) => sum + requests.length, 0),
        1,
        JSON.stringify([count, init, more]),
      )
    }
  })

  test(`${lifecycle}: by default from the 95th percentile on, once 30 latencies are known, and within the budget of 10 %`, async (t) => {
    let slow = false
    const ups = await Promise.all(
      [1, 2].map(() => startUpstream(t, (_request, res) => void setTimeout(() => res.end('ok'), slow ? 2_000 : 1))),
    )
    const gateway = await startGateway(t, any({ targets: ups.map(({ url }) => url), hedge: {} }))
    const attempts = () => ups.reduce((sum, { requests }) => sum + requests.length, 0)
    const calls = async (count: number) => {
      await Promise.all(Array.from({ length: count }, async () => t.is(await (await fetch(gateway.url)).text(), 'ok')))
    }
    for (let count = 0; count < 29; count++) await calls(1)
    t.is(attempts(), 29, 'too little is known')
    for (let count = 0; count < 60; count++) await calls(1)
    const before = attempts()
    slow = true
    await calls(60)
    const hedges = attempts() - before - 60
    t.true(hedges >= 1 && hedges <= 6, `${hedges}`)
    t.true((await metric(gateway.adminUrl, 'gatewright_hedge_budget_exhausted_total')) > 0)
  })
}
