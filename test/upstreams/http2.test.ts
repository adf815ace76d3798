import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { constants, createSecureServer, type Http2SecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { type ConfigError, defineGateway, type Method, resolveGateway, route, upstream } from 'gatewright'
import { CA, tlsText } from '../helpers/http2.js'
import { withResolvers } from '../helpers/raw-http.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'

type Serve = (stream: ServerHttp2Stream, headers: Record<string, unknown>, raw: readonly string[]) => void

/** A server over HTTP/2; its sessions are cut with the test. */
async function serveHttp2(t: ExecutionContext, serve: Serve, options: object = {}) {
  const sessions: ServerHttp2Session[] = []
  const server: Http2SecureServer = createSecureServer({
    cert: tlsText('localhost.cert.pem'),
    key: tlsText('localhost.key.pem'),
    ...options,
  })
  server.on('session', (session) => void sessions.push(session))
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers, _flags, raw?: string[]) => {
    stream.on('error', () => undefined)
    serve(stream, headers, raw ?? [])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, sessions, server }
}

const routesTo = (url: string, lifecycle: 'direct' | 'hapi' = 'direct', method: Method = '*') => ({
  any: route({
    method,
    path: '/{path*}',
    upstream: upstream('up', { targets: [url], http2: true, tls: { ca: CA }, timeouts: { headers: '20s' } }),
    lifecycle,
    bodyLimit: '16mb',
  }),
})
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const readAll = async (stream: ServerHttp2Stream) => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: requests go over one HTTP/2 connection as they would over HTTP/1.1`, async (t) => {
    const seen: { headers: Record<string, unknown>; body: string }[] = []
    const { url, sessions } = await serveHttp2(t, async (stream, headers) => {
      seen.push({ headers, body: String(await readAll(stream)) })
      stream.respond({ ':status': 203, 'set-cookie': ['a=1', 'b=2'], 'x-latin': 'caf\u00e9' })
      stream.end('ok')
    })
    const gateway = await startGateway(t, routesTo(url, lifecycle))
    const response = await fetch(`${gateway.url}/a?b=1`, { headers: { cookie: 'a=1', 'x-kept': 'yes' } })
    t.is(response.status, 203)
    t.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
    t.is(response.headers.get('x-latin'), 'caf\u00e9')
    t.is(await response.text(), 'ok')
    await fetch(gateway.url, { method: 'POST', body: 'hello' })
    await fetch(gateway.url, { method: 'POST' })
    await fetch(gateway.url, { method: 'PUT', body: new Blob(['streamed']).stream(), duplex: 'half' } as RequestInit)
    t.like(seen[0]?.headers, { ':method': 'GET', ':path': '/a?b=1', ':scheme': 'https', ':authority': new URL(url).host, 'x-kept': 'yes' })
    t.regex(String(seen[0]?.headers['via']), /^1\.1 gatewright-[0-9a-f]{8}$/)
    t.is(seen[0]?.headers['connection'], undefined)
    t.deepEqual(
      seen.slice(1).map(({ headers, body }) => [headers['content-length'], body]),
      [
        ['5', 'hello'],
        ['0', ''],
        [undefined, 'streamed'],
      ],
    )
    t.is(sessions.length, 1)
  })

  test(`${lifecycle}: megabytes pass both ways, HEAD and 204 without a body, trailers are left out`, async (t) => {
    const sent = randomBytes(8 * 1_048_576)
    const { url } = await serveHttp2(t, async (stream, headers) => {
      const body = await readAll(stream)
      if (headers[':method'] === 'HEAD') stream.respond({ ':status': 200, 'content-length': 10 }, { endStream: true })
      else if (headers[':path'] === '/204') stream.respond({ ':status': 204 }, { endStream: true })
      else {
        stream.respond({ ':status': 200, 'x-hash': hashOf(body) }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-trailer': '1' }))
        stream.end(sent)
      }
    })
    const gateway = await startGateway(t, routesTo(url, lifecycle))
    const upload = randomBytes(8 * 1_048_576)
    const response = await fetch(gateway.url, { method: 'PUT', body: upload })
    t.is(response.headers.get('x-hash'), hashOf(upload))
    t.is(hashOf(Buffer.from(await response.arrayBuffer())), hashOf(sent))
    t.is((await fetch(gateway.url, { method: 'HEAD' })).headers.get('content-length'), '10')
    t.is((await fetch(`${gateway.url}/204`)).status, 204)
  })

  test(`${lifecycle}: after a GOAWAY requests under way end, and new ones take a new connection`, async (t) => {
    const { promise: arrived, resolve: onArrived } = withResolvers()
    let finish: () => void = () => undefined
    const { url, sessions } = await serveHttp2(t, (stream, headers) => {
      stream.respond({ ':status': 200 })
      if (headers[':path'] !== '/slow') return void stream.end('quick')
      stream.write('first ')
      finish = () => stream.end('last')
      onArrived()
    })
    const gateway = await startGateway(t, routesTo(url, lifecycle))
    const slow = fetch(`${gateway.url}/slow`)
    await arrived
    sessions[0]?.close()
    while (sessions.length < 2) t.is(await (await fetch(`${gateway.url}/quick`)).text(), 'quick')
    finish()
    t.is(await (await slow).text(), 'first last')
  })

  test(`${lifecycle}: a stream that is reset, and a server that dies, are 502 before the response and cut it after`, async (t) => {
    const { url, sessions } = await serveHttp2(t, (stream, headers) => {
      if (headers[':path'] === '/reset') return stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      if (headers[':path'] === '/cancel') return stream.close(constants.NGHTTP2_CANCEL)
      if (headers[':path'] === '/die') return sessions.at(-1)?.destroy()
      stream.respond({ ':status': 200 })
      if (headers[':path'] === '/ok') return void stream.end('ok')
      stream.write('half')
      setImmediate(() => (headers[':path'] === '/half' ? stream.destroy(new Error('cut')) : sessions.at(-1)?.destroy()))
    })
    const gateway = await startGateway(t, routesTo(url, lifecycle))
    for (const path of ['/reset', '/cancel', '/die']) t.is((await fetch(gateway.url + path, { method: 'POST' })).status, 502, path)
    for (const path of ['/half', '/half-die']) await t.throwsAsync(async () => (await fetch(gateway.url + path)).text(), undefined, path)
    t.is(await (await fetch(`${gateway.url}/ok`)).text(), 'ok')
  })

  test(`${lifecycle}: a client that leaves resets the stream, and half an upload never looks whole`, async (t) => {
    const { promise: gone, resolve: onGone } = withResolvers()
    const { promise: begun, resolve: onBegun } = withResolvers()
    let ended = false
    const { url, sessions } = await serveHttp2(t, (stream) => {
      stream.on('data', onBegun)
      stream.on('end', () => {
        ended = !stream.aborted
      })
      stream.on('close', onGone)
    })
    const gateway = await startGateway(t, routesTo(url, lifecycle))
    const leaving = new AbortController()
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('first half')) })
    const sent = fetch(gateway.url, { method: 'POST', body, duplex: 'half', signal: leaving.signal } as RequestInit)
    await begun
    leaving.abort()
    await t.throwsAsync(sent, { any: true })
    await gone
    t.false(ended)
    t.false(sessions[0]?.destroyed)
  })
}

test('a target that chooses HTTP/1.1 is spoken to in it', async (t) => {
  const server = createHttpsServer(
    { cert: tlsText('localhost.cert.pem'), key: tlsText('localhost.key.pem') },
    (req, res) => void res.end(req.httpVersion),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const gateway = await startGateway(t, routesTo(`https://127.0.0.1:${(server.address() as AddressInfo).port}`))
  t.is(await (await fetch(gateway.url)).text(), '1.1')
  t.is(await (await fetch(gateway.url)).text(), '1.1')
})

test('certificates are verified, and nothing listening is 502', async (t) => {
  const { url } = await serveHttp2(t, (stream) => stream.respond({ ':status': 200 }, { endStream: true }))
  const untrusting = await startGateway(t, {
    any: route({ method: '*', path: '/', upstream: upstream('up', { targets: [url], http2: true }) }),
  })
  t.is((await fetch(untrusting.url)).status, 502)
  const gateway = await startGateway(t, routesTo('https://127.0.0.1:1'))
  t.is((await fetch(gateway.url)).status, 502)
})

test('more requests than the server takes at a time share connections, and all are answered', async (t) => {
  const { url, sessions } = await serveHttp2(
    t,
    (stream) => {
      stream.respond({ ':status': 200 })
      setImmediate(() => stream.end('ok'))
    },
    { settings: { maxConcurrentStreams: 2 } },
  )
  const gateway = await startGateway(t, {
    any: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [url], http2: true, tls: { ca: CA }, connections: 3 }) }),
  })
  const answers = await Promise.all(Array.from({ length: 30 }, async () => (await fetch(gateway.url)).text()))
  t.deepEqual([...new Set(answers)], ['ok'])
  t.true(sessions.length <= 3)
})

test('`http2` needs https targets', (t) => {
  const up = upstream('up', { targets: ['http://127.0.0.1:1'], http2: true })
  const config = defineGateway({ info: { title: 'T', version: '1' }, routes: { get: route({ method: 'GET', path: '/', upstream: up }) } })
  const error = t.throws<ConfigError>(() => resolveGateway(config))
  t.like(error?.issues[0], { code: 'GW1002', path: ['routes', 'get', 'upstream', 'targets', 0] })
})

for (const lifecycle of LANES)
  test(`${lifecycle}: C-17: an upload that was refused before its first byte came is taken by the next attempt`, async (t) => {
    const refused = withResolvers()
    const bodies: string[] = []
    let streams = 0
    const { url } = await serveHttp2(t, async (stream) => {
      if (++streams === 1) {
        stream.respond({ ':status': 503 })
        stream.end()
        refused.resolve()
        return
      }
      bodies.push(String(await readAll(stream)))
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const up = upstream('up', { targets: [url], http2: true, tls: { ca: CA }, retry: {} })
    const gateway = await startGateway(t, { any: route({ method: 'PUT', path: '/', upstream: up, lifecycle }) })
    const client = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    t.teardown(() => client.destroy())
    client.write('PUT / HTTP/1.1\r\nHost: gw\r\nContent-Length: 4\r\n\r\n')
    await refused.promise
    client.write('late')
    const [answer] = (await once(client, 'data')) as [Buffer]
    t.regex(answer.toString(), /^HTTP\/1\.1 200 /)
    t.deepEqual(bodies, ['late'])
  })
