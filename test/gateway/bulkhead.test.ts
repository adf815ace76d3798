import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { route, type UpstreamOptions, upstream } from 'gatewright'
import type { GatewayRunOptions } from 'gatewright/runtime'
import { fakeClock } from '../helpers/fake-clock.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Lane = (typeof LANES)[number]

/** A gateway before an upstream that holds every request until the test answers it. */
async function stage(
  t: ExecutionContext,
  lifecycle: Lane,
  options: Partial<UpstreamOptions>,
  run: GatewayRunOptions = {},
  hurried: object = {},
) {
  const held: ServerResponse[] = []
  let tell = () => {}
  const slow = await startUpstream(t, (_request, res) => {
    held.push(res)
    tell()
  })
  const quick = await startUpstream(t)
  const to = upstream('slow', { targets: [slow.url], ...options })
  const routes = {
    slow: route({ method: 'GET', path: '/slow', upstream: to, lifecycle }),
    hurried: route({ method: 'GET', path: '/hurried', upstream: to, lifecycle, ...hurried }),
    quick: route({ method: 'GET', path: '/quick', upstream: upstream('quick', { targets: [quick.url], ...options }), lifecycle }),
  }
  const gateway = await startGateway(t, routes, {}, run)
  const ask = async (path = '/slow') => {
    const response = await fetch(gateway.url + path)
    const text = await response.text()
    return { status: response.status, code: /"code":"(\w+)"/.exec(text)?.[1], retryAfter: response.headers.get('retry-after') }
  }
  /** Waits until the upstream holds as many requests as that. */
  const holds = async (count: number) => {
    while (held.length < count) await new Promise<void>((resolve) => (tell = resolve))
    return held
  }
  const metrics = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text()
  /** Waits until a metric has a value. */
  const shows = async (line: string) => {
    while (!(await metrics()).split('\n').includes(line)) await new Promise(setImmediate)
  }
  return { gateway, ask, holds, metrics, shows, slow }
}
const FULL = { status: 503, code: 'UPSTREAM_BUSY', retryAfter: '1' }

for (const lane of LANES) {
  test(`${lane}: C-21: an upstream at its cap queues, refuses the rest, and holds up nobody else`, async (t) => {
    const s = await stage(t, lane, { bulkhead: { max: 2, queue: 1, wait: '60s' } })
    const first = [s.ask(), s.ask()]
    const held = await s.holds(2)
    const waiting = s.ask()
    await s.shows('gatewright_upstream_queued{upstream="slow"} 1')
    t.deepEqual(await s.ask(), FULL)
    t.is((await s.ask('/quick')).status, 200)
    await s.shows('gatewright_upstream_in_flight{upstream="slow"} 2')
    held[0]?.end()
    await s.holds(3)
    for (const res of held) res.end()
    t.deepEqual(
      (await Promise.all([...first, waiting])).map(({ status }) => status),
      [200, 200, 200],
    )
    await s.shows('gatewright_upstream_in_flight{upstream="slow"} 0')
    const metrics = await s.metrics()
    t.regex(metrics, /^gatewright_upstream_refusals_total\{upstream="slow",reason="full"\} 1$/m)
    t.regex(metrics, /^gatewright_upstream_queue_seconds_count\{upstream="slow"\} 1$/m)
  })

  test(`${lane}: a call that waits too long is refused`, async (t) => {
    const clock = fakeClock()
    const s = await stage(t, lane, { bulkhead: { max: 1, wait: '1s' } }, { clock })
    const first = s.ask()
    const [res] = await s.holds(1)
    const late = s.ask()
    await s.shows('gatewright_upstream_queued{upstream="slow"} 1')
    clock.advance(1_000)
    t.deepEqual(await late, FULL)
    t.regex(await s.metrics(), /^gatewright_upstream_refusals_total\{upstream="slow",reason="waited"\} 1$/m)
    res?.end()
    t.is((await first).status, 200)
  })

  test(`${lane}: the wait ends with the total time`, async (t) => {
    const clock = fakeClock()
    const s = await stage(t, lane, { bulkhead: { max: 1, wait: '1h' } }, { clock }, { timeouts: { total: '5s' } })
    const first = s.ask()
    const [res] = await s.holds(1)
    const late = s.ask('/hurried')
    await s.shows('gatewright_upstream_queued{upstream="slow"} 1')
    clock.advance(5_000)
    t.deepEqual(await late, FULL)
    res?.end()
    t.is((await first).status, 200)
  })

  test(`${lane}: a client that leaves the queue takes no place with it, nor does one that leaves in the middle`, async (t) => {
    const s = await stage(t, lane, { bulkhead: { max: 1, wait: '60s' } })
    const raw = () => {
      const socket = connect(Number(new URL(s.gateway.url).port), '127.0.0.1')
      socket.write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n')
      return socket
    }
    const inside = raw()
    await s.holds(1)
    const queued = raw()
    await s.shows('gatewright_upstream_queued{upstream="slow"} 1')
    queued.destroy()
    await once(queued, 'close')
    await s.shows('gatewright_upstream_queued{upstream="slow"} 0')
    inside.destroy()
    await s.shows('gatewright_upstream_in_flight{upstream="slow"} 0')
    const next = s.ask()
    ;(await s.holds(2))[1]?.end()
    t.is((await next).status, 200)
    t.is(s.slow.requests.length, 2)
  })

  for (const [name, end] of [
    ['breaks the connection', (res: ServerResponse) => void res.destroy()],
    ['cuts its body', (res: ServerResponse) => void res.writeHead(200, { 'content-length': '9' }).write('{', () => res.destroy())],
  ] as const)
    test(`${lane}: the place is free again when the upstream ${name}`, async (t) => {
      const s = await stage(t, lane, { bulkhead: { max: 1, queue: 0 }, timeouts: { total: '60s' } })
      const first = s.ask().catch(() => undefined)
      const held = await s.holds(1)
      t.deepEqual(await s.ask(), FULL)
      end(held[0] as ServerResponse)
      // What was broken off before its response began is tried once more.
      const again = s.holds(2).then(([, res]) => res?.destroy())
      await Promise.race([first, again])
      await first
      await s.shows('gatewright_upstream_in_flight{upstream="slow"} 0')
      const next = s.ask()
      const sent = s.slow.requests.length + 1
      ;(await s.holds(sent)).at(-1)?.end()
      t.is((await next).status, 200)
    })

  test(`${lane}: an adaptive limit refuses beyond it, and only shows it where it observes`, async (t) => {
    const s = await stage(t, lane, { adaptive: { min: 2 } })
    const first = [s.ask(), s.ask()]
    const held = await s.holds(2)
    t.deepEqual(await s.ask(), FULL)
    await s.shows('gatewright_upstream_adaptive_limit{upstream="slow"} 2')
    for (const res of held) res.end()
    await Promise.all(first)
    const observing = await stage(t, lane, { adaptive: { min: 2, mode: 'observe' } })
    const all = [1, 2, 3].map(() => observing.ask())
    for (const res of await observing.holds(3)) res.end()
    t.deepEqual(
      (await Promise.all(all)).map(({ status }) => status),
      [200, 200, 200],
    )
    await observing.shows('gatewright_upstream_adaptive_limit{upstream="slow"} 2')
  })
}

test('the limit grows with answers that come in time', async (t) => {
  const up = await startUpstream(t)
  const to = upstream('up', { targets: [up.url], adaptive: { min: 3, window: '1ms', buffer: 10, minRtt: { requests: 5 } } })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: to }) })
  const limit = async () =>
    Number(
      /^gatewright_upstream_adaptive_limit\{upstream="up"\} (\d+)$/m.exec(await (await fetch(`${gateway.adminUrl}/metrics`)).text())?.[1],
    )
  t.is(await limit(), 3)
  let asked = 0
  for (; asked < 5_000 && (await limit()) < 10; asked++) await (await fetch(gateway.url)).text()
  t.true((await limit()) >= 10, `after ${asked} requests`)
})
