import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'ava'
import { route, upstream } from 'gatewright'
import { rawServer, sendRaw, withResolvers } from '../helpers/raw-http.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code
const REFUSED = 'http://127.0.0.1:1'

for (const lifecycle of LANES) {
  const get = (targets: string[], options: object = {}) => ({
    get: route({
      method: '*',
      path: '/{path*}',
      upstream: upstream('up', { targets }),
      lifecycle,
      ...options,
    }),
  })

  test(`${lifecycle}: 502 where nothing listens, with nothing internal in it`, async (t) => {
    const gateway = await startGateway(t, get([REFUSED]))
    const response = await fetch(gateway.url)
    const text = await response.text()
    t.is(response.status, 502)
    t.is(response.headers.get('content-type'), 'application/problem+json')
    t.is(JSON.parse(text).code, 'UPSTREAM_UNREACHABLE')
    t.is(JSON.parse(text).instance, `urn:request:${response.headers.get('x-request-id')}`)
    t.notRegex(text, /ECONNREFUSED|127\.0\.0\.1/)
  })

  test(`${lifecycle}: moves on to another target where one refuses, also for a POST`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, get([REFUSED, up.url]))
    const statuses = await Promise.all(
      [1, 2, 3, 4].map(async (n) => (await fetch(gateway.url, { method: 'POST', body: String(n) })).status),
    )
    t.deepEqual(statuses, [200, 200, 200, 200])
    t.deepEqual(up.requests.map(({ body }) => body).sort(), ['1', '2', '3', '4'])
  })

  test(`${lifecycle}: 504 where the upstream does not answer in time`, async (t) => {
    const url = await rawServer(t, (socket) => socket.resume())
    const gateway = await startGateway(t, get([url], { timeouts: { headers: '150ms' } }))
    const response = await fetch(gateway.url)
    t.is(response.status, 504)
    t.is(await codeOf(response), 'UPSTREAM_TIMED_OUT')
  })

  test(`${lifecycle}: 504 at the total time, while the upstream still sends`, async (t) => {
    const url = await rawServer(t, (socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    const gateway = await startGateway(t, get([url], { timeouts: { headers: '10s', idle: '10s', total: '500ms' } }))
    t.is((await fetch(gateway.url)).status, 504)
  })

  test(`${lifecycle}: cuts a response whose upstream falls silent or resets in the middle`, async (t) => {
    for (const after of ['silence', 'reset'] as const) {
      const url = await rawServer(t, (socket) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
          if (after === 'reset') setImmediate(() => socket.resetAndDestroy())
        })
      })
      const gateway = await startGateway(t, get([url], { timeouts: { idle: '300ms' } }))
      const { text, closed } = await sendRaw(gateway.url, 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n', 20_000)
      t.regex(text, /^HTTP\/1\.1 200 /, after)
      t.true(closed, after)
      t.notRegex(text, /0\r\n\r\n$/, after)
    }
  })

  test(`${lifecycle}: 502 for responses that break HTTP`, async (t) => {
    for (const bytes of [
      'garbage\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'HTTP/1.1 099 X\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ]) {
      const url = await rawServer(t, (socket) => socket.once('data', () => socket.write(bytes)))
      const gateway = await startGateway(t, get([url]))
      t.is((await fetch(gateway.url)).status, 502, bytes)
    }
  })

  test(`${lifecycle}: C-16: tries an idempotent request once more on a connection that the upstream had just closed; never a POST`, async (t) => {
    let connections = 0
    let requests = 0
    const url = await rawServer(t, (socket) => {
      connections++
      socket.on('data', (chunk) => {
        requests++
        if (chunk.toString().startsWith('POST')) {
          socket.resetAndDestroy()
          return
        }
        // Every second request on a connection meets its end, as when a keep-alive timeout and a request cross.
        if (socket.bytesWritten > 0) socket.resetAndDestroy()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const gateway = await startGateway(t, get([url]))
    const send = async (method: string) => {
      const response = await fetch(gateway.url, { method, ...(method === 'POST' ? { body: 'x' } : {}) })
      await response.arrayBuffer()
      return response.status
    }
    t.is(await send('GET'), 200)
    t.is(await send('GET'), 200)
    t.is(connections, 2)
    t.is(requests, 3)
    t.is(await send('POST'), 502)
    t.is(requests, 4)
  })

  test(`${lifecycle}: a client that leaves ends the upstream request`, async (t) => {
    const seen = withResolvers()
    const ended = withResolvers()
    const url = await rawServer(t, (socket) => {
      socket.once('data', () => seen.resolve())
      socket.on('close', () => ended.resolve())
    })
    const gateway = await startGateway(t, get([url]))
    const client = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    await once(client, 'connect')
    client.write('GET / HTTP/1.1\r\nHost: gw\r\n\r\n')
    await seen.promise
    client.destroy()
    await t.notThrowsAsync(ended.promise)
  })

  test(`${lifecycle}: a bad chunk in an upload ends the upstream request without completing it`, async (t) => {
    const received: Buffer[] = []
    const ended = withResolvers()
    const url = await rawServer(t, (socket) => {
      socket.on('data', (chunk) => received.push(chunk))
      socket.on('close', () => ended.resolve())
    })
    const gateway = await startGateway(t, get([url]))
    const client = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    client.on('error', () => undefined)
    client.write('POST / HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    while (!Buffer.concat(received).includes('abc')) await new Promise((resolve) => setImmediate(resolve))
    client.write('ZZ\r\n')
    await ended.promise
    t.false(Buffer.concat(received).includes('0\r\n\r\n'))
  })
}

test('503 where every target fails its health check, and again 200 when one is back', async (t) => {
  let healthy = false
  const up = await startUpstream(t, ({ url }, res) => void res.writeHead(url === '/healthz' && !healthy ? 500 : 200).end())
  const users = upstream('up', { targets: [up.url], health: { path: '/healthz', interval: '20ms', rise: 1, fall: 1 } })
  const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: users }) })
  const down = await fetch(gateway.url)
  t.is(down.status, 503)
  t.is(down.headers.get('retry-after'), '1')
  t.is(await codeOf(down), 'NO_HEALTHY_TARGET')
  healthy = true
  let status = 503
  for (let tries = 0; status !== 200 && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    status = (await fetch(gateway.url)).status
  }
  t.is(status, 200)
})

const BAD = [
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['HTTP/2.0 in the request line', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 400],
  ['a transfer coding before chunked', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 400],
  ['chunked in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['length and chunked', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['an encoded slash', 'GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a backslash', 'GET /public/..\\admin HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['another host in absolute-form', 'GET http://evil/x HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['another scheme in absolute-form', 'GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['an asterisk that is not for OPTIONS', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['101 header lines', `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(100)}\r\n`, 431],
  ['headers of 40 KB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ['a target of 9 KB', `GET /${'a'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
  ['an expectation that is not 100-continue', 'POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 0\r\n\r\n', 417],
  ['CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 405],
] as const

for (const [title, bytes, status] of BAD) {
  test(`${status} for ${title}, and the upstream never hears of it`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, {
      any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }) }),
    })
    const { text } = await sendRaw(gateway.url, bytes)
    t.regex(text, new RegExp(`^HTTP/1\\.1 ${status} `))
    t.is(text.match(/^HTTP\/1\.1 \d/gm)?.length, 1)
    t.is(up.requests.length, 0)
  })
}

test('routes absolute-form like origin-form where the authority is the Host’s', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, { any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }) }) })
  await sendRaw(gateway.url, 'GET http://GW/x?y=1 HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n')
  t.is(up.requests[0]?.url, '/x?y=1')
})
