import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import test from 'ava'
import { route, upstream } from 'gatewright'
import { sendRaw } from '../helpers/raw-http.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const headerLines = (rawHeaders: readonly string[], name: string) =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)

for (const lifecycle of LANES) {
  const pass = (targets: string[]) => ({
    any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets }), lifecycle, bodyLimit: '1kb' }),
  })

  test(`${lifecycle}: sends method, path and query as received`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]))
    await fetch(`${gateway.url}/a/b%20c;v=1?x=%2F&y='&x=2`)
    await fetch(`${gateway.url}/`, { method: 'PROPFIND' })
    t.deepEqual(
      up.requests.map(({ method, url }) => `${method} ${url}`),
      ['GET /a/b%20c;v=1?x=%2F&y=%27&x=2', 'PROPFIND /'],
    )
  })

  test(`${lifecycle}: what a trusted proxy's Connection nominates is written anew, and Max-Forwards stays behind`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]), { server: { trustedProxies: ['127.0.0.1'] } })
    const lines = ['Host: gw', 'Connection: Max-Forwards, X-Forwarded-Proto, X-Forwarded-Host', 'Max-Forwards: 5']
    const forwarded = ['X-Forwarded-Proto: https', 'X-Forwarded-Host: outer']
    await sendRaw(gateway.url, `OPTIONS /a HTTP/1.1\r\n${[...lines, ...forwarded].join('\r\n')}\r\n\r\n`)
    const { rawHeaders = [] } = up.requests[0] ?? {}
    t.deepEqual(headerLines(rawHeaders, 'max-forwards'), [])
    t.deepEqual(headerLines(rawHeaders, 'x-forwarded-proto'), ['http'])
    t.deepEqual(headerLines(rawHeaders, 'x-forwarded-host'), ['gw'])
  })

  test(`${lifecycle}: puts the target's base path before the path`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([`${up.url}/base/`]))
    await fetch(`${gateway.url}/a?b=1`)
    t.is(up.requests[0]?.url, '/base/a?b=1')
  })

  test(`${lifecycle}: keeps hop-by-hop, nominated, forged and underscore headers from the upstream`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]))
    const lines = [
      'Host: gw',
      'Connection: close, X-Secret',
      'X-Secret: 1',
      'TE: trailers',
      'Trailer: X',
      'Keep-Alive: 5',
      'Proxy-Authorization: x',
      'Upgrade: foo',
      'X-User-Id: admin',
      'x_user_id: admin',
      'X-Consumer-Name: a',
      'X-Forwarded-For: 6.6.6.6',
      'Forwarded: for=6.6.6.6',
      'X-Real-IP: 6.6.6.6',
      'X-HTTP-Method-Override: DELETE',
      'X-Kept: yes',
    ]
    await sendRaw(gateway.url, `GET /a HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    const raw = up.requests[0]?.rawHeaders ?? []
    const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    t.deepEqual(
      names.filter((name) =>
        [
          'x-secret',
          'te',
          'trailer',
          'keep-alive',
          'proxy-authorization',
          'upgrade',
          'x-user-id',
          'x_user_id',
          'x-consumer-name',
          'forwarded',
          'x-real-ip',
          'x-http-method-override',
        ].includes(name),
      ),
      [],
    )
    t.deepEqual(headerLines(raw, 'x-forwarded-for'), ['127.0.0.1'])
    t.deepEqual(headerLines(raw, 'x-kept'), ['yes'])
    t.deepEqual(headerLines(raw, 'host'), [new URL(up.url).host])
    t.regex(headerLines(raw, 'via').join(), /^1\.1 gatewright-[0-9a-f]{8}$/)
  })

  test(`${lifecycle}: gives the response as sent, without hop-by-hop headers and without additions`, async (t) => {
    const up = await startUpstream(t, (_request, res) => {
      res.sendDate = false
      res.writeHead(203, [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'X-Hop',
        '1',
        'Connection',
        'X-Hop',
        'Proxy-Authenticate',
        'x',
        'ETag',
        '"1"',
        'Content-Encoding',
        'br',
        'Content-Length',
        '2',
      ])
      res.end('ok')
    })
    const gateway = await startGateway(t, pass([up.url]))
    const { text } = await sendRaw(gateway.url, 'GET /a HTTP/1.1\r\nHost: gw\r\nIf-None-Match: "1"\r\nConnection: close\r\n\r\n')
    const [head = '', body] = text.split('\r\n\r\n')
    const lines = head.split('\r\n')
    const names = lines.slice(1).map((line) => line.split(':', 1)[0]?.toLowerCase())
    t.regex(lines[0] as string, /^HTTP\/1\.1 203 /)
    t.is(body, 'ok')
    t.deepEqual(names.filter((name) => name !== 'date').sort(), [
      'connection',
      'content-encoding',
      'content-length',
      'etag',
      'set-cookie',
      'set-cookie',
      'x-request-id',
    ])
    t.deepEqual(
      lines.filter((line) => /^set-cookie/i.test(line)).map((line) => line.replace(/^[^:]+: /, '')),
      ['a=1', 'b=2'],
    )
  })

  test(`${lifecycle}: keeps the length of a request body, also an empty one`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]))
    await fetch(`${gateway.url}/a`, { method: 'POST', body: 'hello' })
    await fetch(`${gateway.url}/a`, { method: 'POST' })
    t.deepEqual(
      up.requests.map(({ headers, body }) => [headers['content-length'], headers['transfer-encoding'], body]),
      [
        ['5', undefined, 'hello'],
        ['0', undefined, ''],
      ],
    )
  })

  test(`${lifecycle}: forwards the body of a GET`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]))
    const { text } = await sendRaw(gateway.url, 'GET /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc')
    t.regex(text, /^HTTP\/1\.1 200 /)
    t.is(up.requests[0]?.body, 'abc')
  })

  test(`${lifecycle}: refuses a body over the limit, declared or chunked, and one that fits passes`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]))
    const declared = await fetch(`${gateway.url}/a`, { method: 'POST', body: 'x'.repeat(2_000) })
    t.is(declared.status, 413)
    t.is(((await declared.json()) as { code: string }).code, 'PAYLOAD_TOO_LARGE')
    t.is(up.requests.length, 0)
    const chunked = await sendRaw(
      gateway.url,
      `POST /a HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n${'x'.repeat(2_048)}\r\n0\r\n\r\n`,
    )
    t.regex(chunked.text, /^HTTP\/1\.1 413 /)
    t.is(up.requests.length, 0)
    const fits = await fetch(`${gateway.url}/a`, { method: 'POST', body: 'x'.repeat(1_024) })
    t.is(fits.status, 200)
  })

  test(`${lifecycle}: answers HEAD, 204 and 304 without a body`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => {
      if (url === '/204') res.writeHead(204).end()
      else if (url === '/304') res.writeHead(304, { etag: '"1"' }).end()
      else res.writeHead(200, { 'content-length': '10' }).end('0123456789')
    })
    const gateway = await startGateway(t, pass([up.url]))
    const head = await fetch(`${gateway.url}/x`, { method: 'HEAD' })
    t.is(head.headers.get('content-length'), '10')
    t.is((await fetch(`${gateway.url}/204`)).status, 204)
    const unmodified = await sendRaw(gateway.url, 'GET /304 HTTP/1.1\r\nHost: gw\r\nIf-None-Match: "1"\r\nConnection: close\r\n\r\n')
    t.regex(unmodified.text, /^HTTP\/1\.1 304 /)
    t.notRegex(unmodified.text, /content-type/i)
    t.is(await (await fetch(`${gateway.url}/x`)).text(), '0123456789')
  })

  test(`${lifecycle}: streams megabytes both ways unchanged`, async (t) => {
    const hashOf = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
    const sent = randomBytes(3 * 1_048_576)
    const up = await startUpstream(t, ({ body }, res) => {
      res.writeHead(200, { 'x-hash': hashOf(Buffer.from(body, 'latin1')) })
      res.end(sent)
    })
    const gateway = await startGateway(t, {
      up: route({ method: 'PUT', path: '/big', upstream: upstream('up', { targets: [up.url] }), lifecycle, bodyLimit: '4mb' }),
    })
    const upload = Buffer.from('0123456789abcdef'.repeat(200_000))
    const response = await fetch(`${gateway.url}/big`, { method: 'PUT', body: upload })
    t.is(response.headers.get('x-hash'), hashOf(upload))
    t.is(hashOf(Buffer.from(await response.arrayBuffer())), hashOf(sent))
  })

  test(`${lifecycle}: asks for the body of \`Expect: 100-continue\` only once it is wanted`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, pass([up.url]))
    const wanted = request(`${gateway.url}/a`, { method: 'POST', headers: { expect: '100-continue', 'content-length': '3' } })
    wanted.flushHeaders()
    await once(wanted, 'continue')
    wanted.end('abc')
    const [response] = await once(wanted, 'response')
    t.is(response.statusCode, 200)
    response.resume()
    t.is(up.requests[0]?.body, 'abc')
    const refused = await sendRaw(
      gateway.url,
      'POST /a HTTP/1.1\r\nHost: gw\r\nExpect: 100-continue\r\nContent-Length: 999999\r\n\r\n',
      2_000,
    )
    t.regex(refused.text, /^HTTP\/1\.1 413 /)
    t.true(refused.closed)
    t.notRegex(refused.text, /100 Continue/)
  })
}

test('strips a prefix, or rewrites the path by a template of the same parameters', async (t) => {
  const up = await startUpstream(t)
  const users = upstream('up', { targets: [up.url] })
  const gateway = await startGateway(t, {
    stripped: route({ method: 'GET', path: '/api/{rest*}', upstream: users, stripPrefix: '/api' }),
    rewritten: route({ method: 'GET', path: '/people/{id}/{rest*}', upstream: users, upstreamPath: '/v2/{rest*}' }),
    encoded: route({ method: 'GET', path: '/p/{id}', upstream: users, upstreamPath: '/q/{id}' }),
  })
  for (const path of ['/api/a/b?x=1', '/people/7/a/b', '/p/a%3Fb%23c%20d']) await fetch(gateway.url + path)
  t.deepEqual(
    up.requests.map(({ url }) => url),
    ['/a/b?x=1', '/v2/a/b', '/q/a%3Fb%23c%20d'],
  )
})

test('preserves the client’s Host where the route says so', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, {
    get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [up.url] }), host: 'preserve' }),
  })
  await sendRaw(gateway.url, 'GET / HTTP/1.1\r\nHost: shop.example.org\r\nConnection: close\r\n\r\n')
  t.is(up.requests[0]?.headers.host, 'shop.example.org')
})

test('believes forwarding headers and request ids of trusted proxies only', async (t) => {
  const up = await startUpstream(t)
  const routes = { get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [up.url] }) }) }
  const headers = { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', 'x-request-id': 'abc-123' }
  const trusting = await startGateway(t, routes, { server: { trustedProxies: ['127.0.0.0/8'] } })
  const response = await fetch(trusting.url, { headers })
  t.is(response.headers.get('x-request-id'), 'abc-123')
  t.is(up.requests[0]?.headers['x-forwarded-for'], '1.2.3.4, 127.0.0.1')
  t.is(up.requests[0]?.headers['x-forwarded-proto'], 'https')
  const wary = await startGateway(t, routes)
  const other = await fetch(wary.url, { headers })
  t.not(other.headers.get('x-request-id'), 'abc-123')
  t.is(up.requests[1]?.headers['x-forwarded-for'], '127.0.0.1')
  t.is(up.requests[1]?.headers['x-forwarded-proto'], 'http')
})
