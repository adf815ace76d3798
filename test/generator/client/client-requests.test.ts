import test from 'ava'
import fc from 'fast-check'
import { createCaller, encodeLogin } from '../../../generator/client/runtime/client-runtime.js'
import { connect, createClient, usersGet } from '../../golden/client/shop/index.js'
import { json, raw, startServer } from './start-server.js'

const ok = json(200, [])

test('parameters fill one segment each, and a wildcard keeps its slashes', async (t) => {
  const { baseUrl, seen } = await startServer(t, ok)
  const api = createClient({ baseUrl: `${baseUrl}/v1/` })
  await api.users.get({ params: { id: 'a/b c?d#e%' } })
  await api.files.read({ params: { path: 'dir/a b/c?.txt' } })
  await api.legacy.read({ params: { path: '' } })
  t.deepEqual(
    seen.map(({ url }) => url),
    ['/v1/users/a%2Fb%20c%3Fd%23e%25', '/v1/files/dir/a%20b/c%3F.txt', '/v1/legacy/'],
  )
})

test('a parameter that would lead to another route is refused', async (t) => {
  const { baseUrl, seen } = await startServer(t, ok)
  const api = createClient({ baseUrl })
  for (const id of ['', '.', '..']) t.like(await api.users.get({ params: { id } }), { status: 0, kind: 'request' }, id)
  for (const path of ['..', 'a/../b', './a']) t.like(await api.files.read({ params: { path } }), { status: 0, kind: 'request' }, path)
  t.is(seen.length, 0)
})

test('whatever text a path or query parameter has, the server can read it back', async (t) => {
  const { baseUrl, seen } = await startServer(t, ok)
  const call = createCaller({ baseUrl, retries: 0 })
  const operation = { method: 'GET', path: '/x/{id}/y', json: [200] }
  const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value !== '.' && value !== '..')
  await t.notThrowsAsync(async () =>
    fc.assert(
      fc.asyncProperty(text, fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), async (id, query) => {
        seen.length = 0
        const result = await (call as (...args: unknown[]) => Promise<{ ok: boolean }>)(operation, { params: { id }, query })
        const url = new URL(seen[0]?.url ?? '', baseUrl)
        return (
          result.ok &&
          decodeURIComponent(url.pathname) === `/x/${id}/y` &&
          Object.entries(query).every(([name, value]) => url.searchParams.get(name) === value)
        )
      }),
      { numRuns: 60 },
    ),
  )
})

test('a query repeats arrays, spreads objects and leaves out what is undefined', async (t) => {
  const { baseUrl, seen } = await startServer(t, ok)
  const api = createClient({ baseUrl })
  await api.users.list({ query: { limit: 5, role: ['admin', 'member'] } }, { query: { trace: true, none: undefined } })
  await api.users.list({ query: { limit: undefined, role: [] } })
  await api.users.list()
  await api.search({ query: { query: { q: 'a b', page: 2 } } })
  t.deepEqual(
    seen.map(({ url }) => url),
    ['/users?limit=5&role=admin&role=member&trace=true', '/users', '/users', '/search?q=a+b&page=2'],
  )
})

test('headers of a call go before those of its input, and these before those of the client', async (t) => {
  const { baseUrl, seen } = await startServer(t, json(200, {}))
  const api = createClient({ baseUrl, headers: { 'x-a': 'client', 'If-Match': 'client', 'x-c': 'client' } })
  await api.users.replace(
    { params: { id: '1' }, headers: { 'if-match': 'input' }, body: { name: 'Ann' } },
    { headers: { 'X-C': 'call', accept: 'text/csv' } },
  )
  t.like(seen[0]?.headers, { 'x-a': 'client', 'if-match': 'input', 'x-c': 'call', accept: 'text/csv', 'content-type': 'application/json' })
  t.is(seen[0]?.body, '{"name":"Ann"}')
})

test('text and bytes are sent as they are, a stream included', async (t) => {
  const { baseUrl, seen } = await startServer(t, raw(200, 'text/plain', 'x'), raw(204, undefined))
  const api = createClient({ baseUrl })
  await api.notes.add({ body: '{"a": 1}' })
  await api.notes.add()
  await api.files.write({ params: { path: 'a' }, body: new Blob(['blob']).stream() })
  await api.files.write({ params: { path: 'a' }, body: new Blob(['typed'], { type: 'image/gif' }) })
  await api.files.write({ params: { path: 'a' }, body: new TextEncoder().encode('bytes') }, { headers: { 'content-type': 'image/png' } })
  t.deepEqual(
    seen.map(({ body, headers }) => [body, headers['content-type']]),
    [
      ['{"a": 1}', 'text/plain'],
      ['', undefined],
      ['blob', 'application/octet-stream'],
      ['typed', 'image/gif'],
      ['bytes', 'image/png'],
    ],
  )
})

test('a call sends the credentials of the first alternative that the client has whole', async (t) => {
  const { baseUrl, seen } = await startServer(t, ok)
  const jwt = () => Promise.resolve('token')
  const calls = [
    createClient({ baseUrl, jwt, apiKey: 'key' }).users.list(),
    createClient({ baseUrl, apiKey: 'key' }).users.list(),
    createClient({ baseUrl, jwt, apiKey: 'key' }).users.remove({ params: { id: '1' } }),
    createClient({ baseUrl, jwt }).users.remove({ params: { id: '1' } }),
    createClient({ baseUrl, jwt, apiKey: 'key' }).ping(),
    createClient({ baseUrl, jwt }).users.list({}, { headers: { authorization: 'Own x' } }),
  ]
  const expected = [
    ['Bearer token', undefined],
    [undefined, 'key'],
    ['Bearer token', 'key'],
    [undefined, undefined],
    [undefined, undefined],
    ['Own x', undefined],
  ]
  await Promise.all(calls)
  const got = seen.map(({ headers }) => [headers.authorization, headers['x-api-key']])
  t.deepEqual(got.map(String).sort(), expected.map(String).sort())
})

test('a redirect is not followed, unless the client says so', async (t) => {
  const { baseUrl, seen } = await startServer(
    t,
    (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    ok,
  )
  const result = await createClient({ baseUrl, apiKey: 'key' }).users.list()
  if (result.ok || result.status !== 0 || result.kind !== 'unexpected') return t.fail()
  t.is(result.response.status, 307)
  t.true((await createClient({ baseUrl, redirect: 'follow' }).users.list()).ok)
  t.is(seen.length, 3)
})

test('a single operation is called without the client around it', async (t) => {
  const { baseUrl, seen } = await startServer(t, json(200, { id: '1' }))
  const call = connect({ baseUrl, jwt: 'token' })
  t.like(await call(usersGet, { params: { id: '1' } }), { ok: true, data: { id: '1' } })
  t.is(seen[0]?.headers.authorization, 'Bearer token')
})

test('another fetch can stand in', async (t) => {
  const fetch = async (url: string, init: RequestInit) => Response.json({ url, method: init.method })
  const api = createClient({ baseUrl: 'http://nowhere.invalid', fetch })
  t.like(await api.users.get({ params: { id: '1' } }), { ok: true, data: { url: 'http://nowhere.invalid/users/1', method: 'GET' } })
})

test('a login is sent as RFC 7617 has it, in UTF-8', (t) => {
  t.is(encodeLogin(undefined), undefined)
  t.is(encodeLogin({ user: 'Aladdin', password: 'open sesame' }), 'QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
  t.is(encodeLogin({ user: 'test', password: '123£' }), 'dGVzdDoxMjPCow==')
})
