import test, { type ExecutionContext } from 'ava'
import { call, compose, each, header, param, route, type UpstreamOptions, upstream } from 'gatewright'
import type { FakeAnswer } from 'gatewright/testing'
import { z } from 'zod'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const says =
  (value: unknown, after = 0): FakeAnswer =>
  (_req, res) =>
    void setTimeout(() => res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value)), after)

async function service(t: ExecutionContext, name: string, answer: FakeAnswer, more: Partial<UpstreamOptions> = {}) {
  const fake = await startUpstream(t, answer)
  return { fake, up: upstream(name, { targets: [fake.url], ...more }) }
}

/** An upstream of three targets, each of which answers with its own name. */
async function three(t: ExecutionContext, more: Partial<UpstreamOptions>, after = 0) {
  const targets = await Promise.all(['a', 'b', 'c'].map((name) => startUpstream(t, says(name, after))))
  return { targets, up: upstream('three', { targets: targets.map(({ url }) => url), ...more }) }
}

for (const lifecycle of LANES)
  test.serial(`${lifecycle}: three upstreams take as long as the slowest required part, and one that is too late is missing`, async (t) => {
    const [slow, slower, never] = [
      await service(t, 'slow', says('slow', 700)),
      await service(t, 'slower', says('slower', 1_000)),
      await service(t, 'never', () => undefined),
    ]
    const { lines, log } = recordLog()
    const parts = {
      slow: call(slow.up, { path: '/', response: z.string() }),
      slower: call(slower.up, { path: '/', response: z.string() }),
      never: call(never.up, { path: '/', response: z.string(), optional: true, timeout: '200ms' }),
    }
    const gateway = await startGateway(t, { home: route({ method: 'GET', path: '/', lifecycle, compose: compose(parts) }) }, {}, { log })
    const response = await fetch(gateway.url)
    const body = (await response.json()) as Record<string, unknown>
    t.like(body, { slow: 'slow', slower: 'slower', never: null })
    t.like(body['errors'], [{ part: 'never', code: 'UPSTREAM_TIMED_OUT', status: 504 }])
    const { parts: noted, durationMs } = lines.find(({ msg }) => msg === 'request') as unknown as {
      parts: Record<keyof typeof parts, { outcome: string; ms: number }>
      durationMs: number
    }
    t.like(noted, { slow: { outcome: 'ok' }, slower: { outcome: 'ok' }, never: { outcome: 'missing' } })
    // As long as the slowest, and far from what the required ones alone take one after the other, on a busy machine too.
    t.true(noted.slow.ms >= 690 && noted.slower.ms >= 990 && noted.never.ms >= 190)
    t.true(durationMs >= noted.slower.ms && durationMs < noted.slower.ms + noted.slow.ms / 2, `${durationMs} ms, ${JSON.stringify(noted)}`)
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /^gatewright_compose_parts_total\{route="home",part="never",outcome="missing"\} 1$/m)
    t.regex(metrics, /^gatewright_compose_part_duration_seconds_bucket\{route="home",part="slow",le="0\.5"\} 0$/m)
    t.regex(metrics, /^gatewright_compose_part_duration_seconds_count\{route="home",part="slow"\} 1$/m)
  })

test('a list counts as one part, and says when elements of it are missing', async (t) => {
  const { up } = await service(t, 'items', ({ url }, res) => {
    res.writeHead(url === '/i/2' ? 500 : 200, { 'content-type': 'application/json' }).end(url === '/list' ? '[1,2,3]' : '"item"')
  })
  const list = call(up, { path: '/list', response: z.array(z.number()) })
  const items = each(list, (n) =>
    call(up, { needs: { n }, path: '/i/{n}', params: ({ n }) => ({ n }), response: z.string(), optional: true }),
  )
  const gateway = await startGateway(t, { all: route({ method: 'GET', path: '/', compose: compose({ items }) }) })
  await (await fetch(gateway.url)).text()
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  t.deepEqual(metrics.match(/^gatewright_compose_parts_total.*$/gm), [
    'gatewright_compose_parts_total{route="all",part="items",outcome="partial"} 1',
  ])
})

test('a call’s `retry` stands before the route’s, and the route’s before the upstream’s', async (t) => {
  const retry = { attempts: 2, backoff: { base: '1ms', max: '1ms' } } as const
  const plain = await service(t, 'plain', (_req, res) => void res.writeHead(503).end())
  const retried = await service(t, 'retried', (_req, res) => void res.writeHead(503).end(), { retry: { ...retry, budget: false } })
  const to = (up: typeof plain.up, own?: typeof retry | false) =>
    call(up, { path: '/', response: z.string(), optional: true, ...(own !== undefined && { retry: own }) })
  const part = (own?: typeof retry | false) => compose({ plain: to(plain.up, own), retried: to(retried.up, own) })
  const routes = {
    upstreams: route({ method: 'GET', path: '/upstreams', compose: part() }),
    never: route({ method: 'GET', path: '/never', retry: false, compose: part() }),
    once: route({ method: 'GET', path: '/once', retry: { ...retry, attempts: 1 }, compose: part() }),
    calls: route({ method: 'GET', path: '/calls', retry: { ...retry, attempts: 1 }, compose: part(retry) }),
    neither: route({ method: 'GET', path: '/neither', retry, compose: part(false) }),
  }
  const gateway = await startGateway(t, routes)
  const attempts = async (path: string) => {
    const counts = () => [plain, retried].map(({ fake }) => fake.requests.length)
    const before = counts()
    await (await fetch(`${gateway.url}/${path}`)).text()
    return counts().map((count, index) => count - (before[index] as number))
  }
  t.deepEqual(await attempts('upstreams'), [1, 3])
  t.deepEqual(await attempts('never'), [1, 1])
  t.deepEqual(await attempts('neither'), [1, 1])
  // The upstream's own budget holds for the calls of all routes; that of the one without `retry` has room for some.
  t.is((await attempts('once'))[1], 2)
  t.is((await attempts('calls'))[1], 3)
})

test('`hedge: false` on the route holds for all of its calls, also where only a later upstream hedges', async (t) => {
  const first = await service(t, 'first', says('x'))
  const { targets, up } = await three(
    t,
    { balance: 'round-robin', hedge: { after: '20ms', budget: { percent: 100, minConcurrency: 10 } } },
    300,
  )
  const parts = { one: call(first.up, { path: '/', response: z.string() }), two: call(up, { path: '/', response: z.string() }) }
  const gateway = await startGateway(t, {
    on: route({ method: 'GET', path: '/on', compose: compose(parts) }),
    off: route({ method: 'GET', path: '/off', hedge: false, compose: compose(parts) }),
  })
  const asked = async (path: string) => {
    const count = () => targets.reduce((sum, { requests }) => sum + requests.length, 0)
    const before = count()
    await (await fetch(gateway.url + path)).text()
    return count() - before
  }
  t.is(await asked('/on'), 2)
  t.is(await asked('/off'), 1)
})

test('calls are sent to one target by a key of their own, else by the route’s', async (t) => {
  const { up } = await three(t, { balance: 'consistent-hash', consistentHash: { balanceFactor: false } })
  const by = call(up, { needs: { id: param('id') }, path: '/', affinity: ({ id }) => id, response: z.string() })
  const list = call((await service(t, 'list', says(['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k1']))).up, {
    path: '/',
    response: z.array(z.string()),
  })
  const items = each(list, (key) => call(up, { needs: { key }, path: '/', affinity: ({ key }) => key, response: z.string() }))
  const gateway = await startGateway(t, {
    own: route({ method: 'GET', path: '/own/{id}', compose: compose({ by }) }),
    route: route({
      method: 'GET',
      path: '/route',
      affinity: header('x-key'),
      compose: compose({ by: call(up, { path: '/', response: z.string() }) }),
    }),
    list: route({ method: 'GET', path: '/list', compose: compose({ items }) }),
  })
  const ask = async (path: string, key = '') =>
    (await (await fetch(gateway.url + path, { headers: { 'x-key': key } })).json()) as { by: string }
  const names = new Set<string>()
  for (let key = 1; key <= 12; key++) {
    const { by: name } = await ask(`/own/k${key}`)
    names.add(name)
    t.is((await ask('/route', `k${key}`)).by, name)
  }
  t.true(names.size > 1)
  const { items: found } = (await ask('/list')) as unknown as { items: string[] }
  t.is(found[0], found[6])
  t.is(found[0], (await ask('/own/k1')).by)
  t.is(found[3], (await ask('/own/k4')).by)
})

test('a composed response keeps a client with a target of each sticky upstream, and no upstream sees the cookies', async (t) => {
  const other = await service(t, 'other', says('x'), { sticky: { cookie: 'gw_other' } })
  const { targets, up } = await three(t, { sticky: { cookie: 'gw_three' } })
  const at = (path: '/1' | '/2') => call(up, { path, response: z.string() })
  const parts = { x: call(other.up, { path: '/', response: z.string() }), one: at('/1') }
  const gateway = await startGateway(t, {
    home: route({
      method: 'GET',
      path: '/',
      compose: compose({ ...parts, two: call(up, { path: '/2', needs: { one: parts.one }, response: z.string() }) }),
    }),
  })
  const first = await fetch(gateway.url, { headers: { cookie: 'mine=1' } })
  const cookies = first.headers.getSetCookie().map((line) => line.split(';', 1)[0] as string)
  t.deepEqual(cookies.map((pair) => pair.split('=', 1)[0]).sort(), ['gw_other', 'gw_three'])
  const { one } = (await first.json()) as { one: string }
  for (let times = 0; times < 3; times++) {
    const again = await fetch(gateway.url, { headers: { cookie: ['mine=1', ...cookies].join('; ') } })
    t.like(await again.json(), { one, two: one })
    t.deepEqual(again.headers.getSetCookie(), [])
  }
  for (const { requests } of [...targets, other.fake]) for (const { headers } of requests) t.is(headers.cookie, 'mine=1')
})
