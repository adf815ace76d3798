import test from 'ava'
import { call, compose, route, type UpstreamOptions, upstream } from 'gatewright'
import { z } from 'zod'
import { rawServer } from '../helpers/raw-http.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const NAME = 'x-envoy-expected-rq-timeout-ms'
const TRUSTED = { server: { trustedProxies: ['127.0.0.1'] } }

for (const lifecycle of LANES) {
  const any = (options: UpstreamOptions, more: object = {}) => ({
    any: route({ method: '*', path: '/{path*}', upstream: upstream('up', options), lifecycle, ...more }),
  })

  test(`${lifecycle}: the upstream is told how long the gateway waits, whatever a client claims`, async (t) => {
    const up = await startUpstream(t)
    const rows: [Partial<UpstreamOptions>, number, number][] = [
      [{}, 30_000, 30_000],
      [{ timeouts: { headers: '4s', total: '10s' } }, 4_000, 4_000],
      [{ timeouts: { total: '5s' } }, 1, 5_000],
      [{ retry: { perTry: '700ms' }, timeouts: { total: '5s' } }, 700, 700],
    ]
    for (const [options, least, most] of rows) {
      const gateway = await startGateway(t, any({ targets: [up.url], deadlineHeader: true, ...options }))
      await fetch(gateway.url, { headers: { [NAME]: '7' } })
      const told = up.requests.at(-1)?.headers[NAME]
      t.regex(String(told), /^\d+$/)
      t.true(Number(told) >= least && Number(told) <= most, `${told}`)
    }
  })

  test(`${lifecycle}: a second attempt has less time left`, async (t) => {
    const up = await startUpstream(
      t,
      (_request, res) => void setTimeout(() => res.writeHead(up.requests.length > 1 ? 200 : 503).end(), 100),
    )
    const gateway = await startGateway(t, any({ targets: [up.url], deadlineHeader: 'X-Time-Left', retry: {}, timeouts: { total: '20s' } }))
    t.is((await fetch(gateway.url)).status, 200)
    const [first, second] = up.requests.map(({ headers }) => Number(headers['x-time-left']))
    t.true((first as number) - (second as number) >= 95, `${first} ${second}`)
  })

  test(`${lifecycle}: a trusted proxy that has less time left is told no more than that, and gets its answer in time`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, any({ targets: [up.url], deadlineHeader: true }), TRUSTED)
    for (const [claimed, least, most] of [
      ['1500', 1, 1_500],
      ['90000', 30_000, 30_000],
      ['-5', 30_000, 30_000],
      ['soon', 30_000, 30_000],
    ] as const) {
      t.is((await fetch(gateway.url, { headers: { [NAME]: claimed } })).status, 200)
      const told = Number(up.requests.at(-1)?.headers[NAME])
      t.true(told >= least && told <= most, `${claimed}: ${told}`)
    }
    const silent = await rawServer(t, (socket) => socket.resume())
    const slow = await startGateway(t, any({ targets: [silent], deadlineHeader: true }), TRUSTED)
    const startedAt = performance.now()
    t.is((await fetch(slow.url, { headers: { [NAME]: '200' } })).status, 504)
    t.true(performance.now() - startedAt < 10_000)
  })

  test(`${lifecycle}: a fallback has what is left of a trusted proxy's time`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void setTimeout(() => res.writeHead(503).end(), 200))
    const other = await startUpstream(t)
    const fallback = { upstream: upstream('other', { targets: [other.url], deadlineHeader: true }) }
    const gateway = await startGateway(t, any({ targets: [up.url], deadlineHeader: true }, { fallback }), TRUSTED)
    t.is((await fetch(gateway.url, { headers: { [NAME]: '20000' } })).status, 200)
    const told = Number(other.requests[0]?.headers[NAME])
    t.true(told > 0 && told <= 19_850, `${told}`)
  })

  test(`${lifecycle}: each call of a composition has what is left of it`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void setTimeout(() => res.end('1'), 200))
    const to = upstream('up', { targets: [up.url], deadlineHeader: true })
    const first = call(to, { path: '/first', response: z.number() })
    const second = call(to, { needs: { first }, path: '/second', response: z.number() })
    const both = route({ method: 'GET', path: '/', lifecycle, compose: compose({ second }) })
    const gateway = await startGateway(t, { both }, TRUSTED)
    t.is((await fetch(gateway.url, { headers: { [NAME]: '20000' } })).status, 200)
    const told = Number(up.requests[1]?.headers[NAME])
    t.true(told > 0 && told <= 19_850, `${told}`)
  })

  test(`${lifecycle}: without the option the header passes as any other`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, any({ targets: [up.url] }))
    await fetch(gateway.url, { headers: { [NAME]: '7' } })
    await fetch(gateway.url)
    t.deepEqual(
      up.requests.map(({ headers }) => headers[NAME]),
      ['7', undefined],
    )
  })
}
