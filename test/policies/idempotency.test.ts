import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { idempotency, type Key, type Reply, route, upstream } from 'gatewright'
import { z } from 'zod'
import { readIdempotencyKey } from '../../runtime/idempotency/read-key.js'
import type { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { compileIdempotency } from '../../runtime/policies/idempotency.js'
import type { Services } from '../../runtime/services.js'
import { createMemorySharedState } from '../../runtime/stores/memory-shared-state.js'
import type { SharedState } from '../../runtime/stores/shared-state.js'
import { idempotencyDefinition } from '../../sdk/policies/idempotency.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { redisTest } from '../helpers/redis.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { compileContext, policyExchange } from './policy-exchange.js'

const caller: Key<{ readonly headers: Readonly<Record<string, unknown>> }, string> = {
  label: 'caller',
  read: ({ headers }) => String(headers['x-caller'] ?? ''),
}

const post = (url: string, body: string, headers: Record<string, string> = {}, more: RequestInit = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'idempotency-key': 'k1', ...headers }, ...more })

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code

for (const lifecycle of LANES) {
  const routes = (url: string, options: object = {}, more: object = {}) => ({
    any: route({
      method: '*',
      path: '/{path*}',
      upstream: upstream('up', { targets: [url] }),
      lifecycle,
      use: { once: idempotency({ by: caller, ...options }) },
      ...more,
    }),
  })

  /** An upstream that answers each request with its number, and a status told by the path. */
  const numbered = async (t: ExecutionContext) => {
    let count = 0
    return startUpstream(t, ({ url }, res) => {
      res.writeHead(Number(url.slice(1)) || 201, { 'x-made': 'here' }).end(`order ${++count}`)
    })
  }

  test(`${lifecycle}: a retry with the same key gets the first response, and the upstream hears once`, async (t) => {
    const up = await numbered(t)
    const { url } = await startGateway(t, routes(up.url))
    const first = await post(`${url}/orders`, 'a')
    t.deepEqual([first.status, await first.text(), first.headers.get('idempotency-replayed')], [201, 'order 1', null])
    const second = await post(`${url}/orders`, 'a', { 'idempotency-key': '"k1"' })
    t.deepEqual([second.status, await second.text(), second.headers.get('x-made')], [201, 'order 1', 'here'])
    t.is(second.headers.get('idempotency-replayed'), 'true')
    t.not(second.headers.get('x-request-id'), first.headers.get('x-request-id'))
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: keys of two callers, and requests without a key or of another method, are told apart`, async (t) => {
    const up = await numbered(t)
    const { url } = await startGateway(t, routes(up.url))
    await post(`${url}/orders`, 'a')
    t.is(await (await post(`${url}/orders`, 'a', { 'x-caller': 'b' })).text(), 'order 2')
    t.is(await (await fetch(`${url}/orders`, { method: 'POST', body: 'a' })).text(), 'order 3')
    t.is(await (await post(`${url}/orders`, 'a', {}, { method: 'PUT' })).text(), 'order 4')
  })

  test(`${lifecycle}: a key with another body, query or path is refused with 422`, async (t) => {
    const up = await numbered(t)
    const { url } = await startGateway(t, routes(up.url))
    await post(`${url}/orders`, 'a')
    for (const [path, body] of [
      ['/orders', 'b'],
      ['/orders?x=1', 'a'],
      ['/other', 'a'],
    ] as const) {
      const refused = await post(url + path, body)
      t.is(refused.status, 422)
      t.is(await codeOf(refused), 'IDEMPOTENCY_MISMATCH')
    }
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: a key that is in flight is refused with 409 until the first is answered`, async (t) => {
    let answer: () => void = () => undefined
    let arrived: () => void = () => undefined
    const atUpstream = new Promise<void>((resolve) => (arrived = resolve))
    const up = await startUpstream(t, (_request, res) => {
      answer = () => res.end('done')
      arrived()
    })
    const { url } = await startGateway(t, routes(up.url))
    const first = post(`${url}/orders`, 'a')
    await atUpstream
    const refused = await post(`${url}/orders`, 'a')
    t.deepEqual([refused.status, refused.headers.get('retry-after'), await codeOf(refused)], [409, '1', 'IDEMPOTENCY_IN_FLIGHT'])
    answer()
    t.is(await (await first).text(), 'done')
    t.is(await (await post(`${url}/orders`, 'a')).text(), 'done')
    t.is(up.requests.length, 1)
  })

  for (const status of [408, 425, 429, 500, 503])
    test(`${lifecycle}: ${status} frees the key`, async (t) => {
      const up = await numbered(t)
      const { url } = await startGateway(t, routes(up.url))
      t.is(await (await post(`${url}/${status}`, 'a')).text(), 'order 1')
      t.is(await (await post(`${url}/${status}`, 'a')).text(), 'order 2')
    })

  test(`${lifecycle}: a lost upstream and too large a response free the key; 4xx keeps it`, async (t) => {
    let count = 0
    const up = await startUpstream(t, ({ url }, res) => {
      count++
      if (url === '/cut') res.destroy()
      else if (url === '/half') res.writeHead(200, { 'content-length': 10 }).write('x', () => res.destroy())
      else res.writeHead(url === '/404' ? 404 : 200).end(url === '/large' ? 'x'.repeat(2_000) : '')
    })
    const { url } = await startGateway(t, routes(up.url, { maxResponse: '1kb' }))
    const attempt = async (path: string) => (await post(url + path, 'a', { 'idempotency-key': path.slice(1) })).text()
    const twice = async (path: string) => {
      const before = count
      await attempt(path).catch(() => '')
      await attempt(path).catch(() => '')
      return count - before
    }
    t.is(await twice('/cut'), 2)
    t.is(await twice('/half'), 2)
    t.is(await twice('/large'), 2)
    t.is(await twice('/404'), 1)
  })

  test(`${lifecycle}: a client that leaves does not end its request, whose answer its retry gets`, async (t) => {
    let answer: () => void = () => undefined
    let arrived: () => void = () => undefined
    const atUpstream = new Promise<void>((resolve) => (arrived = resolve))
    const closed: boolean[] = []
    const up = await startUpstream(t, (_request, res) => {
      res.once('close', () => closed.push(res.writableFinished))
      answer = () => res.writeHead(201).end('x'.repeat(200_000))
      arrived()
    })
    const { url } = await startGateway(t, routes(up.url))
    const leaving = new AbortController()
    const first = post(`${url}/orders`, 'a', {}, { signal: leaving.signal })
    await atUpstream
    leaving.abort()
    await t.throwsAsync(first, { any: true })
    t.is((await post(`${url}/orders`, 'a')).status, 409)
    answer()
    const retry = async (): Promise<Response> => {
      const response = await post(`${url}/orders`, 'a')
      return response.status === 409 ? retry() : response
    }
    const replayed = await retry()
    t.deepEqual([replayed.status, (await replayed.text()).length, up.requests.length], [201, 200_000, 1])
    t.deepEqual(closed, [true])
  })

  test(`${lifecycle}: a transformed response is replayed as it was given`, async (t) => {
    const up = await startUpstream(t)
    const more = { responses: { 200: z.unknown() }, mapResponse: { 200: () => ({ mapped: true }) } }
    const { url } = await startGateway(t, routes(up.url, {}, more))
    for (const replayed of [null, 'true']) {
      const response = await post(`${url}/orders`, '{}')
      t.is(response.headers.get('idempotency-replayed'), replayed)
      t.regex(response.headers.get('content-type') ?? '', /^application\/json/)
      t.deepEqual(await response.json(), { mapped: true })
    }
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: a missing or malformed key is refused with 400 where one is needed`, async (t) => {
    const up = await numbered(t)
    const { url } = await startGateway(t, routes(up.url, { required: true }))
    const missing = await fetch(`${url}/orders`, { method: 'POST' })
    t.deepEqual([missing.status, await codeOf(missing)], [400, 'IDEMPOTENCY_KEY_INVALID'])
    for (const key of ['a, b', '"open', 'x'.repeat(256), 'two words'])
      t.is((await post(`${url}/orders`, '', { 'idempotency-key': key })).status, 400)
    t.is(up.requests.length, 0)
  })

  test(`${lifecycle}: in shadow nothing is refused and nothing replayed`, async (t) => {
    const up = await numbered(t)
    const { url } = await startGateway(t, routes(up.url, { mode: 'shadow', required: true }))
    t.is((await fetch(`${url}/orders`, { method: 'POST' })).status, 201)
    await post(`${url}/orders`, 'a')
    const again = await post(`${url}/orders`, 'a')
    t.deepEqual([await again.text(), again.headers.get('idempotency-replayed')], ['order 3', null])
  })
}

test('a quoted key and the same key without quotes are one; whatever is read has 1 to 255 characters', (t) => {
  t.is(readIdempotencyKey('"a\\"b"'), 'a"b')
  t.is(readIdempotencyKey('8e03978e-40d5-43dd-bc93-6894a57f9324'), '8e03978e-40d5-43dd-bc93-6894a57f9324')
  for (const bad of ['', '""', '"a', 'a"', 'a b', 'a,b', 'é', '"\\a"']) t.is(readIdempotencyKey(bad), undefined, bad)
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 300 }).filter((text) => /^[\x20-\x7e]+$/.test(text)),
      (text) => {
        const read = readIdempotencyKey(`"${text.replace(/["\\]/g, '\\$&')}"`)
        return text.length <= 255 ? read === text : read === undefined
      },
    ),
  )
})

/** The step of one process over a store. */
function processOver(shared: SharedState, options: object = {}) {
  const { context } = compileContext()
  const counts: string[] = []
  const services: Services = { ...context.services, shared, count: (_name, { outcome }) => void counts.push(outcome as string) }
  const settings = idempotencyDefinition.options.parse({ by: caller, ...options })
  const { request } = compileIdempotency(settings, { ...context, services })
  const run = (exchange: GatewayExchange) => request?.(exchange) as Promise<Reply | undefined>
  return { run, counts }
}

const keyed = () => policyExchange({ 'idempotency-key': 'k1' }, 'POST')

test('two processes over one store carry out a key once', async (t) => {
  const shared = createMemorySharedState(fakeClock())
  const [one, two] = [processOver(shared), processOver(shared)]
  const first = keyed()
  t.is(await one.run(first), undefined)
  await t.throwsAsync(two.run(keyed()), { message: 'Request in progress' })
  first.hooks?.begin(200, ['x-a', '1', 'Content-Length', '2'])
  first.hooks?.data(Buffer.from('ok'))
  first.hooks?.complete()
  await new Promise(setImmediate)
  t.deepEqual(await two.run(keyed()), { status: 200, headers: ['x-a', '1'], body: Buffer.from('ok') })
  t.deepEqual([one.counts, two.counts], [['kept'], ['replayed']])
})

test('a process that ends holds a key for its lease alone, and one that comes back late does not free another’s', async (t) => {
  const clock = fakeClock()
  const shared = createMemorySharedState(clock)
  const ended = keyed()
  await processOver(shared, { lease: '10s' }).run(ended)
  const two = processOver(shared)
  clock.advance(9_999)
  await t.throwsAsync(two.run(keyed()))
  clock.advance(1)
  const second = keyed()
  t.is(await two.run(second), undefined)
  ended.hooks?.lost()
  await new Promise(setImmediate)
  await t.throwsAsync(two.run(keyed()), { message: 'Request in progress' })
  second.hooks?.lost()
})

test('a kept response is given for its ttl', async (t) => {
  const clock = fakeClock()
  const one = processOver(createMemorySharedState(clock), { ttl: '1h' })
  const first = keyed()
  await one.run(first)
  first.hooks?.begin(200, [])
  first.hooks?.complete()
  await new Promise(setImmediate)
  clock.advance(3_599_999)
  t.truthy(await one.run(keyed()))
  clock.advance(1)
  const again = keyed()
  t.is(await one.run(again), undefined)
  again.hooks?.lost()
})

test('a client that leaves while its key is claimed frees it', async (t) => {
  const one = processOver(createMemorySharedState(fakeClock()))
  const left = keyed()
  const running = one.run(left)
  left.gone = true
  await running
  await new Promise(setImmediate)
  const next = keyed()
  t.is(await one.run(next), undefined)
  next.hooks?.lost()
})

test('without its store a key is refused with 503, or passes unprotected', async (t) => {
  const down = { setIfAbsent: () => Promise.reject(new Error('down')) } as unknown as SharedState
  await t.throwsAsync(processOver(down).run(keyed()), { message: 'Service unavailable' })
  const open = processOver(down, { onStoreFailure: 'open' })
  t.is(await open.run(keyed()), undefined)
  t.deepEqual(open.counts, ['store_failure'])
})

redisTest('any', 'two gateways over one Redis carry out a key once', async (t, redis) => {
  const up = await startUpstream(t, (_request, res) => void res.writeHead(201).end('made'))
  const routes = {
    make: route({
      method: 'POST',
      path: '/orders',
      upstream: upstream('up', { targets: [up.url] }),
      use: { once: idempotency({ by: caller }) },
    }),
  }
  const options = { redis: { url: redis.url, prefix: `i${Math.random()}` } }
  const one = await startGateway(t, routes, options)
  const two = await startGateway(t, routes, options)
  t.is(await (await post(`${one.url}/orders`, 'a')).text(), 'made')
  const retry = async (): Promise<Response> => {
    const response = await post(`${two.url}/orders`, 'a')
    return response.status === 409 ? retry() : response
  }
  const replayed = await retry()
  t.deepEqual([replayed.status, await replayed.text(), replayed.headers.get('idempotency-replayed')], [201, 'made', 'true'])
  t.is((await post(`${two.url}/orders`, 'b')).status, 422)
  t.is(up.requests.length, 1)
})
