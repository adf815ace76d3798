import test from 'ava'
import fc from 'fast-check'
import { type ClientOptions, createClient } from '../../golden/client/shop/index.js'
import { cut, json, problem, raw, silence, startServer } from './start-server.js'

/** A client whose waits are recorded instead of waited for. */
function recording(baseUrl: string, options: Partial<ClientOptions> = {}) {
  const waits: number[] = []
  const wait = async (ms: number) => {
    waits.push(ms)
  }
  return { api: createClient({ baseUrl, wait, random: () => 1, ...options }), waits }
}

const user = json(200, { id: 'u1' })
const params = { id: 'u1' }

for (const status of [408, 429, 502, 503, 504]) {
  test(`a GET that meets ${status} is tried twice more`, async (t) => {
    const { baseUrl, seen } = await startServer(t, raw(status, 'text/plain'), raw(status, 'text/plain'), user)
    const { api, waits } = recording(baseUrl)
    t.true((await api.users.get({ params })).ok)
    t.is(seen.length, 3)
    t.deepEqual(waits, [500, 1_000])
  })
}

test('network errors and timeouts are tried again', async (t) => {
  const { baseUrl, seen } = await startServer(t, cut, silence, user)
  const { api } = recording(baseUrl, { timeout: 1_500 })
  t.true((await api.users.get({ params })).ok)
  t.is(seen.length, 3)
})

test('other statuses are not tried again', async (t) => {
  const { baseUrl, seen } = await startServer(t, raw(500, 'text/plain'))
  await recording(baseUrl).api.users.get({ params })
  t.is(seen.length, 1)
})

test('the last try is the result', async (t) => {
  const { baseUrl, seen } = await startServer(t, problem(503, 'UNAVAILABLE'))
  const { api } = recording(baseUrl, { retries: 4 })
  t.like(await api.users.get({ params }), { status: 503, error: { code: 'UNAVAILABLE' } })
  t.is(seen.length, 5)
  t.like(await api.users.get({ params }, { retries: 0 }), { status: 503 })
  t.is(seen.length, 6)
})

test('a POST is never tried again, for a status or a lost connection', async (t) => {
  const { baseUrl, seen } = await startServer(t, problem(503, 'UNAVAILABLE', { 'retry-after': '1' }), cut)
  const { api } = recording(baseUrl)
  t.like(await api.users.create({ body: { name: 'Ann' } }), { status: 503, retryAfter: 1 })
  t.like(await api.users.create({ body: { name: 'Ann' } }), { status: 0, kind: 'network' })
  t.is(seen.length, 2)
})

test('PUT and DELETE are tried again with the same body, but not with a stream', async (t) => {
  const { baseUrl, seen } = await startServer(
    t,
    raw(503, undefined),
    raw(204, undefined),
    raw(503, undefined),
    raw(204, undefined),
    raw(503, undefined),
  )
  const { api } = recording(baseUrl)
  await api.users.remove({ params })
  await api.files.write({ params: { path: 'a' }, body: 'again' })
  const once = await api.files.write({ params: { path: 'a' }, body: new Blob(['once']).stream() })
  t.like(once, { kind: 'unexpected', response: { status: 503 } })
  t.deepEqual(
    seen.map(({ method, body }) => method + body),
    ['DELETE', 'DELETE', 'PUTagain', 'PUTagain', 'PUTonce'],
  )
})

test('Retry-After in seconds sets the wait and is part of the result', async (t) => {
  const { baseUrl } = await startServer(t, problem(429, 'RATE_LIMITED', { 'retry-after': '7' }))
  const { api, waits } = recording(baseUrl)
  t.like(await api.users.get({ params }), { status: 429, retryAfter: 7 })
  t.deepEqual(waits, [7_000, 7_000])
})

test('Retry-After as a date sets the wait, and one in the past means at once', async (t) => {
  const at = (ms: number) => ({ 'retry-after': new Date(Date.now() + ms).toUTCString() })
  const { baseUrl } = await startServer(t, problem(503, 'UNAVAILABLE', at(20_000)), problem(503, 'UNAVAILABLE', at(-9_000)), user)
  const { api, waits } = recording(baseUrl)
  t.true((await api.users.get({ params })).ok)
  t.true((waits[0] as number) > 15_000 && (waits[0] as number) <= 20_000, String(waits))
  t.is(waits[1], 0)
})

test('a gateway that asks for more than a minute gets no further try', async (t) => {
  const { baseUrl, seen } = await startServer(t, problem(429, 'RATE_LIMITED', { 'retry-after': '61' }))
  const { api, waits } = recording(baseUrl)
  t.like(await api.users.get({ params }), { status: 429, retryAfter: 61 })
  t.deepEqual([seen.length, waits.length], [1, 0])
})

test('a Retry-After that is neither seconds nor a date counts for nothing', async (t) => {
  const { baseUrl } = await startServer(t, problem(429, 'RATE_LIMITED', { 'retry-after': 'soon' }))
  const { api, waits } = recording(baseUrl)
  const result = await api.users.get({ params })
  t.false('retryAfter' in result)
  t.deepEqual(waits, [500, 1_000])
})

test('waits double from half a second to eight, with full jitter', async (t) => {
  const { baseUrl } = await startServer(t, raw(503, undefined))
  const full = recording(baseUrl, { retries: 7 })
  await full.api.users.get({ params })
  t.deepEqual(full.waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (jitter) => {
      const { api, waits } = recording(baseUrl, { random: () => jitter, retries: 3 })
      await api.users.get({ params })
      return waits.every((wait, attempt) => wait === jitter * 500 * 2 ** attempt)
    }),
    { numRuns: 10 },
  )
})

test('a signal ends the wait between two tries', async (t) => {
  const controller = new AbortController()
  const { baseUrl, seen } = await startServer(t, (response) => {
    response.writeHead(503, { 'retry-after': '50' }).end(() => setImmediate(() => setImmediate(() => controller.abort('stop'))))
  })
  const began = performance.now()
  const result = await createClient({ baseUrl }).users.get({ params }, { signal: controller.signal })
  t.like(result, { status: 0, kind: 'aborted', cause: 'stop' })
  t.is(seen.length, 1)
  t.true(performance.now() - began < 10_000)
})

test('the wait is a real one unless a test replaces it', async (t) => {
  const { baseUrl } = await startServer(t, raw(503, undefined), user)
  const began = performance.now()
  t.true((await createClient({ baseUrl, random: () => 0.2 }).users.get({ params })).ok)
  t.true(performance.now() - began >= 99)
})

test('a credential is asked for before every try', async (t) => {
  const { baseUrl, seen } = await startServer(t, raw(503, undefined), user)
  let count = 0
  const { api } = recording(baseUrl, { jwt: () => `token-${++count}` })
  await api.users.get({ params })
  t.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    ['Bearer token-1', 'Bearer token-2'],
  )
})

const paid = json(201, { sku: 'a', count: 1 })
const body = { sku: 'a', count: 1 }

test('an operation that the gateway carries out once is tried again, with one key for all tries and another for the next call', async (t) => {
  const { baseUrl, seen } = await startServer(t, problem(503, 'UNAVAILABLE'), cut, paid)
  const { api } = recording(baseUrl)
  t.true((await api.payments.create({ body })).ok)
  t.true((await api.payments.create({ body })).ok)
  const keys = seen.map(({ headers }) => headers['idempotency-key'])
  t.regex(keys[0] as string, /^"\d+(-\d+){3}"$/, 'a structured-field string (RFC 9651 section 3.3.3)')
  t.deepEqual([keys.length, new Set(keys.slice(0, 3)).size, new Set(keys).size], [4, 1, 2])
})

test('the caller’s own key wins, and is sent with every try', async (t) => {
  const { baseUrl, seen } = await startServer(t, cut, paid)
  const { api } = recording(baseUrl)
  await api.payments.create({ headers: { 'Idempotency-Key': 'mine' }, body })
  await api.payments.create({ body }, { headers: { 'idempotency-key': 'ours' } })
  t.deepEqual(
    seen.map(({ headers }) => headers['idempotency-key']),
    ['mine', 'mine', 'ours'],
  )
})

test('a gateway that is still at the first try is asked again; one that is at another’s request is not', async (t) => {
  const busy = problem(409, 'IDEMPOTENCY_IN_FLIGHT', { 'retry-after': '1' })
  const { baseUrl, seen } = await startServer(t, cut, busy, paid, busy)
  const { api, waits } = recording(baseUrl)
  t.true((await api.payments.create({ body })).ok)
  t.deepEqual(waits, [500, 1_000])
  t.like(await api.payments.create({ body }), { status: 409, error: { code: 'IDEMPOTENCY_IN_FLIGHT' } })
  t.is(seen.length, 4)
})

test('other operations send no key', async (t) => {
  const { baseUrl, seen } = await startServer(t, user)
  await recording(baseUrl).api.users.create({ body: { name: 'Ann' } })
  t.false('idempotency-key' in (seen[0] as (typeof seen)[number]).headers)
})
