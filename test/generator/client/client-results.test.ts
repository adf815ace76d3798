import test from 'ava'
import { type Api, ApiError, type ClientOptions, createClient } from '../../golden/client/shop/index.js'
import { cut, json, problem, raw, silence, startServer } from './start-server.js'

const user = { id: 'u1', name: 'Ann', created: '2026-01-01T00:00:00Z', manager: null }

const client = (baseUrl: string, options: Partial<ClientOptions> = {}): Api => createClient({ baseUrl, retries: 0, ...options })

test('a declared success has its data, status, headers and response', async (t) => {
  const { baseUrl } = await startServer(t, json(200, user, { 'x-request-id': 'r1' }))
  const result = await client(baseUrl).users.get({ params: { id: 'u1' } })
  t.true(result.ok && result.status === 200)
  if (!result.ok) return
  t.deepEqual(result.data, user)
  t.is(result.headers.get('x-request-id'), 'r1')
  t.is(result.response.status, 200)
})

test('a declared problem has its document and no cause', async (t) => {
  const { baseUrl } = await startServer(t, problem(404, 'NOT_FOUND'))
  const result = await client(baseUrl).users.get({ params: { id: 'u1' } })
  if (result.ok || result.status !== 404) return t.fail()
  t.is(result.error.code, 'NOT_FOUND')
  t.is(result.error.detail, 'Because.')
  t.false('retryAfter' in result)
})

test('a declared error other than a problem has its body', async (t) => {
  const { baseUrl } = await startServer(t, json(409, { version: '7' }))
  const result = await client(baseUrl).users.replace({ params: { id: 'u1' }, headers: { 'if-match': '"6"' }, body: { name: 'Ann' } })
  if (result.ok || result.status !== 409) return t.fail()
  t.deepEqual(result.error, { version: '7' })
})

test('an undeclared status is unexpected, with the body that came', async (t) => {
  const { baseUrl } = await startServer(t, json(418, { teapot: true }), raw(202, 'text/html', '<p>'))
  const api = client(baseUrl)
  const first = await api.users.get({ params: { id: 'u1' } })
  if (first.ok || first.status !== 0 || first.kind !== 'unexpected') return t.fail()
  t.deepEqual([first.response.status, first.error], [418, { teapot: true }])
  const second = await api.users.get({ params: { id: 'u1' } })
  if (second.ok || second.status !== 0 || second.kind !== 'unexpected') return t.fail()
  t.deepEqual([second.response.status, second.error], [202, '<p>'])
})

test('a body that is no problem document does not pass for one', async (t) => {
  const { baseUrl } = await startServer(t, json(404, { message: 'no such page' }))
  const result = await client(baseUrl).users.get({ params: { id: 'u1' } })
  t.like(result, { ok: false, status: 0, kind: 'unexpected', error: { message: 'no such page' } })
})

test('a JSON body that does not parse is a decode failure with its response', async (t) => {
  const { baseUrl } = await startServer(t, raw(200, 'application/json', '{"id":'))
  const result = await client(baseUrl).users.get({ params: { id: 'u1' } })
  if (result.ok || result.status !== 0 || result.kind !== 'decode') return t.fail()
  t.true(result.cause instanceof SyntaxError)
  t.is(result.response.status, 200)
})

test('text, bytes and empty bodies are read as declared', async (t) => {
  const bytes = Uint8Array.from([0, 255, 1, 254])
  const { baseUrl } = await startServer(
    t,
    raw(200, 'application/octet-stream', bytes),
    raw(200, 'text/plain', '{"not":"json"}'),
    raw(204, undefined),
    raw(302, undefined),
  )
  const api = client(baseUrl)
  const file = await api.files.read({ params: { path: 'a' } }).unwrap()
  t.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes)
  t.is(await api.notes.add({ body: 'x' }).unwrap(), '{"not":"json"}')
  t.is(await api.ping().unwrap(), undefined)
  t.like(await api.files.read({ params: { path: 'a' } }), { ok: false, status: 302, error: undefined })
})

test('two forms of one status are told apart by media type', async (t) => {
  const { baseUrl } = await startServer(t, raw(404, 'text/plain', 'gone'), problem(404, 'NOT_FOUND'), raw(404, 'image/png', 'x'))
  const { files } = client(baseUrl)
  t.like(await files.read({ params: { path: 'a' } }), { status: 404, error: 'gone' })
  t.like(await files.read({ params: { path: 'a' } }), { status: 404, error: { code: 'NOT_FOUND' } })
  t.like(await files.read({ params: { path: 'a' } }), { status: 0, kind: 'unexpected' })
})

test('an exact status goes before its class, and a class before the default', async (t) => {
  const { baseUrl } = await startServer(
    t,
    raw(200, 'text/plain', 'text'),
    json(206, { any: 1 }),
    problem(451, 'X'),
    raw(500, 'text/html', '<p>'),
    raw(403, 'text/html', '<p>'),
  )
  const { legacy } = client(baseUrl)
  const read = () => legacy.read({ params: { path: 'x' } })
  t.like(await read(), { ok: true, status: 200, data: 'text' })
  t.like(await read(), { ok: true, status: 206, data: { any: 1 } })
  t.like(await read(), { ok: false, status: 451, error: { code: 'X' } })
  t.like(await read(), { ok: false, status: 500, error: '<p>' })
  t.like(await read(), { ok: false, status: 0, kind: 'unexpected', error: '<p>' })
})

test('a body that nothing is said about is read as its media type says', async (t) => {
  const { baseUrl } = await startServer(
    t,
    json(200, [1]),
    raw(200, 'text/csv', 'a,b'),
    raw(200, 'image/png', 'png'),
    raw(200, undefined),
    json(500, {}),
  )
  const { search } = client(baseUrl)
  t.deepEqual(await search().unwrap(), [1])
  t.is(await search().unwrap(), 'a,b')
  t.is(await ((await search().unwrap()) as Blob).text(), 'png')
  t.is(await search().unwrap(), undefined)
  t.like(await search(), { ok: false, status: 500, error: {} })
})

test('a HEAD response has no data, whatever its content type says', async (t) => {
  const { baseUrl } = await startServer(t, raw(200, 'application/json'))
  t.like(await client(baseUrl).probe(), { ok: true, status: 200, data: undefined })
})

test('a connection that fails is a network failure, before the response and within it', async (t) => {
  const { baseUrl } = await startServer(t, cut, (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' }).write('{')
    setImmediate(() => response.socket?.destroy())
  })
  const api = client(baseUrl)
  for (const result of [await api.users.get({ params: { id: 'u1' } }), await api.users.get({ params: { id: 'u1' } })]) {
    t.like(result, { ok: false, status: 0, kind: 'network' })
    t.true('cause' in result && result.cause instanceof Error)
  }
})

test('a try that takes longer than the timeout ends as one, before the response and within it', async (t) => {
  const { baseUrl } = await startServer(t, silence, (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
  )
  const api = client(baseUrl, { timeout: 60 })
  t.like(await api.users.get({ params: { id: 'u1' } }), { status: 0, kind: 'timeout' })
  t.like(await api.users.get({ params: { id: 'u1' } }, { timeout: 90 }), { status: 0, kind: 'timeout' })
})

test('a signal aborts a call under way with its reason, and one that has not begun', async (t) => {
  const controller = new AbortController()
  const { baseUrl, seen } = await startServer(t, () => controller.abort('enough'))
  const api = client(baseUrl, { retries: 2 })
  t.like(await api.users.get({ params: { id: 'u1' } }, { signal: controller.signal }), { status: 0, kind: 'aborted', cause: 'enough' })
  t.like(await api.users.get({ params: { id: 'u1' } }, { signal: controller.signal }), { status: 0, kind: 'aborted', cause: 'enough' })
  t.is(seen.length, 1)
})

test('a request that cannot be made is a result too, and is not sent', async (t) => {
  const { baseUrl, seen } = await startServer(t, json(200, user))
  const locked = client(baseUrl, {
    jwt: () => {
      throw new RangeError('no token')
    },
  })
  const result = await locked.users.get({ params: { id: 'u1' } })
  if (result.ok || result.status !== 0 || result.kind !== 'request') return t.fail()
  t.true(result.cause instanceof RangeError)
  t.is(seen.length, 0)
})

test('unwrap yields the data, or throws an error with status, problem and response', async (t) => {
  const { baseUrl } = await startServer(t, json(200, user), problem(404, 'NOT_FOUND'), json(418, {}), cut, json(409, { version: '7' }))
  const api = client(baseUrl)
  t.deepEqual(await api.users.get({ params: { id: 'u1' } }).unwrap(), user)
  const missing = await t.throwsAsync(api.users.get({ params: { id: 'u1' } }).unwrap(), { instanceOf: ApiError })
  t.is(missing?.message, 'GET /users/{id} 404 NOT_FOUND Because.')
  t.like(missing, { status: 404, kind: undefined, problem: { code: 'NOT_FOUND' }, response: { status: 404 } })
  const odd = await t.throwsAsync(api.users.get({ params: { id: 'u1' } }).unwrap(), { instanceOf: ApiError })
  t.like(odd, { status: 418, kind: 'unexpected', problem: undefined, message: 'GET /users/{id} 418 unexpected' })
  const lost = await t.throwsAsync(api.users.get({ params: { id: 'u1' } }).unwrap(), { instanceOf: ApiError })
  t.like(lost, { status: 0, kind: 'network', response: undefined, message: 'GET /users/{id} network' })
  t.true(lost?.cause instanceof Error)
  const replace = api.users.replace({ params: { id: 'u1' }, headers: { 'if-match': '"6"' }, body: { name: 'Ann' } })
  const conflict = await t.throwsAsync(replace.unwrap(), { instanceOf: ApiError })
  t.like(conflict, { status: 409, kind: undefined, problem: undefined, result: { error: { version: '7' } } })
})
