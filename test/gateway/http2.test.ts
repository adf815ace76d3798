import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, METHODS } from 'node:http'
import { constants } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import test from 'ava'
import { headers, route, upstream } from 'gatewright'
import { z } from 'zod'
import { ask, CA, FRAME, frame, literal, openSession, pseudo, RawHttp2, startHttp2Gateway } from '../helpers/http2.js'
import { withResolvers } from '../helpers/raw-http.js'
import { LANES, startUpstream } from '../helpers/start-gateway.js'

const END_HEADERS = 4
const valuesOf = (raw: readonly string[], name: string) =>
  raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name)
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const big = (lifecycle: (typeof LANES)[number], url: string) => ({
  big: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [url] }), lifecycle, bodyLimit: '64mb' }),
})

for (const lifecycle of LANES) {
  const pass = (url: string) => ({
    any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [url] }), lifecycle, bodyLimit: '1kb' }),
  })

  test(`${lifecycle}: a request over HTTP/2 reaches the upstream as it would over HTTP/1.1`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startHttp2Gateway(t, pass(up.url))
    const session = await openSession(t, gateway.url)
    const answer = await ask(session, {
      ':path': '/a/b%20c?x=1',
      cookie: ['a=1', 'b=2'],
      'x-kept': 'yes',
      te: 'trailers',
      'x-user-id': 'me',
    })
    t.is(answer.status, 200)
    t.is(answer.body.toString(), '{}')
    const [received] = up.requests
    const raw = received?.rawHeaders ?? []
    t.is(`${received?.method} ${received?.url}`, 'GET /a/b%20c?x=1')
    t.deepEqual(valuesOf(raw, 'cookie'), ['a=1; b=2'])
    t.deepEqual(valuesOf(raw, 'host'), [new URL(up.url).host])
    t.deepEqual(valuesOf(raw, 'x-kept'), ['yes'])
    t.deepEqual(valuesOf(raw, 'via'), ['2.0 gatewright'])
    t.deepEqual(valuesOf(raw, 'x-forwarded-proto'), ['https'])
    t.deepEqual(valuesOf(raw, 'x-forwarded-for'), ['127.0.0.1'])
    t.deepEqual(valuesOf(raw, 'x-forwarded-host'), [new URL(gateway.url).host])
    t.deepEqual(
      raw.filter((name, index) => index % 2 === 0 && (name.startsWith(':') || ['te', 'x-user-id', 'transfer-encoding'].includes(name))),
      [],
    )
  })

  test(`${lifecycle}: the response comes without HTTP/1.1's own fields, with repeated ones kept`, async (t) => {
    const up = await startUpstream(t, (_request, res) => {
      const lines = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Set-Cookie', 'c=3', 'X-Content-Type-Options', 'nosniff']
      res.writeHead(203, [
        ...lines,
        'X-Content-Type-Options',
        'nosniff',
        'Connection',
        'X-Hop',
        'X-Hop',
        '1',
        'X-Latin',
        'caf\u00e9',
        'Keep-Alive',
        '5',
      ])
      res.end('ok')
    })
    const gateway = await startHttp2Gateway(t, {
      any: route({
        method: 'GET',
        path: '/',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        use: { edits: headers({ response: { set: { 'X-Set': 'one' }, remove: ['Date'] } }) },
      }),
    })
    const session = await openSession(t, gateway.url)
    const answer = await ask(session, { ':path': '/' })
    t.is(answer.status, 203)
    t.is(answer.body.toString(), 'ok')
    t.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2', 'c=3'])
    t.is(answer.headers['x-set'], 'one')
    t.is(answer.headers['x-latin'], 'caf\u00e9')
    t.regex(String(answer.headers['x-content-type-options']), /^nosniff(, nosniff)?$/)
    for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'x-hop']) t.is(answer.headers[name], undefined, name)
  })

  test(`${lifecycle}: bodies pass with and without a declared length, also on a GET`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startHttp2Gateway(t, pass(up.url))
    const session = await openSession(t, gateway.url)
    await ask(session, { ':method': 'POST', ':path': '/', 'content-length': 5 }, 'hello')
    await ask(session, { ':method': 'POST', ':path': '/' }, 'hello')
    await ask(session, { ':method': 'POST', ':path': '/' })
    await ask(session, { ':method': 'GET', ':path': '/', 'content-length': 3 }, 'abc')
    t.deepEqual(
      up.requests.map(({ method, headers, body }) => [method, headers['content-length'], headers['transfer-encoding'], body]),
      [
        ['POST', '5', undefined, 'hello'],
        ['POST', undefined, 'chunked', 'hello'],
        ['POST', '0', undefined, ''],
        ['GET', '3', undefined, 'abc'],
      ],
    )
  })

  test(`${lifecycle}: a body over the limit is 413, declared or not, and the connection lives on`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startHttp2Gateway(t, pass(up.url))
    const session = await openSession(t, gateway.url)
    const declared = await ask(session, { ':method': 'POST', ':path': '/', 'content-length': 100_000 }, 'x'.repeat(100_000))
    const counted = await ask(session, { ':method': 'POST', ':path': '/' }, 'x'.repeat(300_000))
    for (const answer of [declared, counted]) {
      t.is(answer.status, 413)
      t.is(JSON.parse(answer.body.toString()).code, 'PAYLOAD_TOO_LARGE')
      t.is(answer.reset, constants.NGHTTP2_NO_ERROR)
    }
    t.is((await ask(session, { ':method': 'POST', ':path': '/' }, 'fits')).status, 200)
    t.false(session.closed)
  })

  test(`${lifecycle}: answers HEAD, 204, 304, problems and unknown paths`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => {
      if (url === '/204') res.writeHead(204).end()
      else if (url === '/304') res.writeHead(304, { etag: '"1"' }).end()
      else if (url === '/dies') res.destroy()
      else res.writeHead(200, { 'content-length': '10' }).end('0123456789')
    })
    const gateway = await startHttp2Gateway(t, {
      any: route({ method: '*', path: '/{name}', upstream: upstream('up', { targets: [up.url] }), lifecycle }),
    })
    const session = await openSession(t, gateway.url)
    const head = await ask(session, { ':method': 'HEAD', ':path': '/x' })
    t.is(head.headers['content-length'], '10')
    t.is(head.body.length, 0)
    t.is((await ask(session, { ':path': '/204' })).status, 204)
    t.is((await ask(session, { ':path': '/304' })).status, 304)
    const lost = await ask(session, { ':path': '/no/such' })
    t.is(lost.status, 404)
    t.is(lost.headers['content-type'], 'application/problem+json')
    t.is((await ask(session, { ':path': '/dies' })).status, 502)
    t.is((await ask(session, { ':method': 'HEAD', ':path': '/dies' })).status, 502)
    t.is((await ask(session, { ':path': '/x' })).body.toString(), '0123456789')
  })

  test(`${lifecycle}: a response that the upstream breaks off is reset, never ended`, async (t) => {
    const up = await startUpstream(t, (_request, res) => {
      res.writeHead(200)
      res.write('half')
      setImmediate(() => res.destroy())
    })
    const gateway = await startHttp2Gateway(t, pass(up.url))
    const session = await openSession(t, gateway.url)
    const answer = await ask(session, { ':path': '/' })
    t.is(answer.reset, constants.NGHTTP2_INTERNAL_ERROR)
    t.false(session.closed)
  })

  test(`${lifecycle}: a stream that the client resets cancels its upstream call and leaves the others alone`, async (t) => {
    const { promise: cancelled, resolve: onCancelled } = withResolvers()
    const up = await startUpstream(t, ({ url }, res) => {
      if (url === '/slow') res.on('close', onCancelled)
      else res.end('fine')
    })
    const gateway = await startHttp2Gateway(t, pass(up.url))
    const session = await openSession(t, gateway.url)
    const slow = session.request({ ':path': '/slow' })
    slow.on('error', () => undefined)
    while (!up.requests.some(({ url }) => url === '/slow')) await ask(session, { ':path': '/other' })
    slow.close(constants.NGHTTP2_CANCEL)
    await cancelled
    t.is((await ask(session, { ':path': '/other' })).body.toString(), 'fine')
  })

  for (const [name, code] of [
    ['CANCEL', 8],
    ['NO_ERROR', 0],
  ] as const)
    test(`${lifecycle}: an upload that the client breaks off with ${name} never reaches the upstream as whole`, async (t) => {
      const { promise: begun, resolve: onBegun } = withResolvers()
      const { promise: over, resolve: onOver } = withResolvers()
      let complete: boolean | undefined
      const server = createServer((req) => {
        req.on('data', onBegun)
        req.on('error', () => undefined)
        req.on('close', () => {
          complete = req.complete
          onOver()
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.teardown(() => {
        server.close()
        server.closeAllConnections()
      })
      const gateway = await startHttp2Gateway(t, big(lifecycle, `http://127.0.0.1:${(server.address() as AddressInfo).port}`))
      // Node's client would end its side of the stream before the reset.
      const client = await RawHttp2.open(t, gateway.url)
      const lines = pseudo().map(([name, value]): [string, string] => [name, name === ':method' ? 'POST' : value])
      client.send(frame(FRAME.headers, END_HEADERS, 1, literal(lines)), frame(FRAME.data, 0, 1, Buffer.from('first half')))
      await begun
      client.send(frame(FRAME.reset, 0, 1, Buffer.from([0, 0, 0, code])))
      await over
      t.false(complete)
    })

  test(`${lifecycle}: 50 MiB pass each way unchanged, and a reader that stops holds the upstream back`, async (t) => {
    const sent = randomBytes(50 * 1_048_576)
    let written = 0
    const server = createServer((req, res) => {
      const hash = createHash('sha256')
      req.on('data', (chunk: Buffer) => hash.update(chunk))
      req.on('end', () => {
        res.writeHead(200, { 'x-hash': hash.digest('hex') })
        const next = (): void => {
          while (written < sent.length) {
            const chunk = sent.subarray(written, written + 65_536)
            written += chunk.length
            if (!res.write(chunk)) return void res.once('drain', next)
          }
          res.end()
        }
        next()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => {
      server.close()
      server.closeAllConnections()
    })
    const gateway = await startHttp2Gateway(t, big(lifecycle, `http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    const session = await openSession(t, gateway.url)
    const stream = session.request({ ':method': 'PUT', ':path': '/' })
    const answered = once(stream, 'response')
    stream.end(sent)
    const [received] = await answered
    t.is(received['x-hash'], hashOf(sent))
    // Nobody reads: what is on the way is bounded by buffers, and the rest stays with the upstream.
    let before = -1
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    t.true(written < 25 * 1_048_576, `${written} bytes were taken from the upstream`)
    const hash = createHash('sha256')
    for await (const chunk of stream) hash.update(chunk as Buffer)
    t.is(hash.digest('hex'), hashOf(sent))
  })

  test(`${lifecycle}: asks for the body of Expect: 100-continue once it is wanted`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startHttp2Gateway(t, pass(up.url))
    const session = await openSession(t, gateway.url)
    const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue', 'content-length': 3 }, { endStream: false })
    await once(stream, 'continue')
    stream.end('abc')
    const [received] = await once(stream, 'response')
    t.is(received[':status'], 200)
    t.is(up.requests[0]?.body, 'abc')
    stream.close()
  })

  test(`${lifecycle}: JSON is validated and mapped in both directions`, async (t) => {
    const up = await startUpstream(t, ({ body }, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(body))
    const gateway = await startHttp2Gateway(t, {
      post: route({
        method: 'POST',
        path: '/',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        body: z.object({ name: z.string() }),
        responses: { 200: z.object({ hello: z.string() }) },
        mapResponse: { 200: (body) => ({ hello: body.name }) },
      }),
    })
    const session = await openSession(t, gateway.url)
    const json = { ':method': 'POST', ':path': '/', 'content-type': 'application/json' }
    t.deepEqual(JSON.parse((await ask(session, json, '{"name":"Ada"}')).body.toString()), { hello: 'Ada' })
    t.is((await ask(session, json, '{"name":7}')).status, 400)
    t.is((await ask(session, json)).status, 400)
  })
}

test('a client that offers no h2 gets HTTP/1.1 on the same port', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startHttp2Gateway(t, { get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [up.url] }) }) })
  const request = httpsRequest(gateway.url, { ca: CA, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  t.is(response.httpVersion, '1.1')
  t.is(response.statusCode, 200)
  response.resume()
  t.deepEqual(valuesOf(up.requests[0]?.rawHeaders ?? [], 'via'), ['1.1 gatewright'])
})

test('a stop lets requests under way end, and those that crossed with the GOAWAY', async (t) => {
  const { promise: arrived, resolve: onArrived } = withResolvers()
  let finish: () => void = () => undefined
  const up = await startUpstream(t, (_request, res) => {
    res.write('first ')
    finish = () => res.end('last')
    onArrived()
  })
  const gateway = await startHttp2Gateway(
    t,
    { get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [up.url] }) }) },
    { server: { preStop: '0s' } as never },
  )
  const session = await openSession(t, gateway.url)
  const answer = ask(session, { ':path': '/' })
  await arrived
  const goaway = once(session, 'goaway')
  const stopped = gateway.stop()
  const [code] = await goaway
  t.is(code, constants.NGHTTP2_NO_ERROR)
  finish()
  t.is((await answer).body.toString(), 'first last')
  t.true(await stopped)
})

test('methods that HTTP does not know are 501', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startHttp2Gateway(t, { any: route({ method: '*', path: '/', upstream: upstream('up', { targets: [up.url] }) }) })
  const session = await openSession(t, gateway.url)
  t.is((await ask(session, { ':method': 'FROBNICATE', ':path': '/' })).status, 501)
  t.is((await ask(session, { ':method': 'PROPFIND', ':path': '/' })).status, 200)
  t.is(up.requests.length, 1)
})

for (const lifecycle of LANES)
  test(`${lifecycle}: QUERY is routed and forwarded with its body (RFC 10008), over HTTP/1.1 and HTTP/2`, async (t) => {
    const up = await startUpstream(t, ({ body }, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(body))
    const gateway = await startHttp2Gateway(t, {
      search: route({
        method: 'QUERY',
        path: '/books',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        body: z.object({ title: z.string() }),
      }),
    })
    const session = await openSession(t, gateway.url)
    const fields = { ':method': 'QUERY', ':path': '/books', 'content-type': 'application/json' }
    t.is((await ask(session, fields, '{"title":"Emma"}')).body.toString(), '{"title":"Emma"}')
    t.is((await ask(session, fields, '{}')).status, 400)
    t.is((await ask(session, { ':path': '/books' })).status, 405)
    if (METHODS.includes('QUERY')) {
      const answer = await gateway.inject({
        method: 'QUERY',
        url: '/books',
        headers: { 'content-type': 'application/json', 'content-length': '16' },
        body: '{"title":"Emma"}',
      })
      t.is(answer.status, 200)
    }
    t.is(up.requests[0]?.method, 'QUERY')
  })
