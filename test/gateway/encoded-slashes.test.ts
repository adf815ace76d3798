import test from 'ava'
import { cors, route, upstream } from 'gatewright'
import { sendRaw } from '../helpers/raw-http.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const statusOf = async (url: string, target: string, method = 'GET') => {
  const { text } = await sendRaw(url, `${method} ${target} HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n`)
  return Number(text.slice(9, 12))
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: an encoded slash reaches only a route that keeps it, undecoded and in its segment`, async (t) => {
    const up = await startUpstream(t)
    const registry = upstream('up', { targets: [up.url] })
    const gateway = await startGateway(t, {
      one: route({ method: 'GET', path: '/npm/{name}', upstream: registry, lifecycle, encodedSlashes: 'keep', stripPrefix: '/npm' }),
      renamed: route({
        method: 'GET',
        path: '/v1/{name}',
        upstream: registry,
        lifecycle,
        encodedSlashes: 'keep',
        upstreamPath: '/pkg/{name}',
      }),
      rest: route({
        method: 'GET',
        path: '/all/{rest*}',
        upstream: registry,
        lifecycle,
        encodedSlashes: 'keep',
        upstreamPath: '/r/{rest*}',
      }),
      strict: route({ method: '*', path: '/strict/{rest*}', upstream: registry, lifecycle }),
    })
    for (const target of ['/npm/@scope%2fname', '/v1/@scope%2Fname', '/all/@a%2fb/-/b-1.0.0.tgz?x=%2f'])
      t.is(await statusOf(gateway.url, target), 200, target)
    t.deepEqual(
      up.requests.map(({ url }) => url),
      ['/@scope%2Fname', '/pkg/%40scope%2Fname', '/r/@a%2Fb/-/b-1.0.0.tgz?x=%2f'],
    )
    for (const target of [
      '/strict/a%2fb',
      '/nowhere%2fa',
      '/npm%2fa',
      '/npm/a%2f..',
      '/npm/..%2fa',
      '/npm/%2e%2e%2Fa',
      '/npm/a%5cb',
      '/npm/a%00',
    ])
      t.is(await statusOf(gateway.url, target), 400, target)
    t.is(await statusOf(gateway.url, '/npm/a%2fb', 'POST'), 405)
    t.is(up.requests.length, 3)
  })

  test(`${lifecycle}: the parameter of a route that keeps encoded slashes is decoded`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, {
      get: route({
        method: 'GET',
        path: '/{name}',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        encodedSlashes: 'keep',
        responses: { 200: 'problem' },
        mapResponse: { 200: (_body, ctx) => ({ type: 'about:blank', title: ctx.params.name, status: 200 }) as never },
      }),
    })
    const response = await fetch(`${gateway.url}/@scope%2fname`)
    t.is(((await response.json()) as { title: string }).title, '@scope/name')
  })
}

test('without a route that keeps them, an encoded slash is refused before any route, and closes the connection', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, { any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }) }) })
  const { text, closed } = await sendRaw(gateway.url, 'GET /a%2fb HTTP/1.1\r\nHost: gw\r\n\r\n')
  t.regex(text, /^HTTP\/1\.1 400 /)
  t.true(closed)
  t.is(up.requests.length, 0)
})

test('a preflight for a path with an encoded slash is answered as for the route that takes it, and never sent on', async (t) => {
  const up = await startUpstream(t)
  const registry = upstream('up', { targets: [up.url] })
  const use = { cors: cors({ origins: ['https://a.example'] }) }
  const gateway = await startGateway(t, {
    kept: route({ method: 'GET', path: '/npm/{name}', upstream: registry, encodedSlashes: 'keep', use }),
    strict: route({ method: 'GET', path: '/strict/{name}', upstream: registry, use }),
  })
  const ask = (path: string) =>
    fetch(gateway.url + path, { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } })
  t.is((await ask('/npm/@a%2fb')).headers.get('access-control-allow-origin'), 'https://a.example')
  t.is((await ask('/strict/@a%2fb')).headers.get('access-control-allow-origin'), null)
  t.is(up.requests.length, 0)
})
