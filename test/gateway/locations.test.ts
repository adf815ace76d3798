import test, { type ExecutionContext } from 'ava'
import { type RouteTree, route, upstream } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Expected = readonly (readonly [sent: string, received: string])[]

/** `UP` in a location is the upstream's origin. */
async function check(t: ExecutionContext, options: object, base: string, expected: Expected, status = 302, lifecycle = 'direct') {
  let location = ''
  const up = await startUpstream(t, (_req, res) => res.writeHead(status, { location }).end())
  const target = upstream('up', { targets: [up.url + base] })
  const routes = { any: route({ method: '*', path: '/shop/{rest*}', upstream: target, lifecycle, ...options } as never) } as RouteTree
  const gateway = await startGateway(t, routes)
  for (const [sent, received] of expected) {
    location = sent.replace('UP', up.url)
    const response = await fetch(`${gateway.url}/shop/a`, { redirect: 'manual' })
    t.is(response.headers.get('location'), received.replace('UP', up.url), sent)
  }
}

for (const lifecycle of LANES)
  test(`${lifecycle}: a location at the upstream itself becomes a public path`, (t) =>
    check(
      t,
      { rewriteLocation: true },
      '',
      [
        ['UP/shop/b?x=1#y', '/shop/b?x=1#y'],
        ['/shop/b', '/shop/b'],
        ['b?x', 'b?x'],
        ['', ''],
        ['https://pay.example.org/x', 'https://pay.example.org/x'],
        ['//pay.example.org/x', '//pay.example.org/x'],
        ['UP//evil.example/x', 'UP//evil.example/x'],
        ['http://[', 'http://['],
      ],
      302,
      lifecycle,
    ))

test('the stripped prefix is put back, unless the upstream knows it', (t) =>
  check(t, { stripPrefix: '/shop' }, '', [
    ['/', '/shop/'],
    ['/login?next=/x', '/shop/login?next=/x'],
    ['UP/login', '/shop/login'],
    ['UP', '/shop/'],
    ['/shop/login', '/shop/login'],
    ['/shopping', '/shop/shopping'],
    ['//evil.example/x', '//evil.example/x'],
  ]))

test('a base path is taken off', (t) =>
  check(t, {}, '/v1', [
    ['/v1/shop/b', '/shop/b'],
    ['UP/v1/shop/b', '/shop/b'],
    ['/v1', '/'],
    ['/v10/b', '/v10/b'],
    ['UP/other', 'UP/other'],
    ['/v1//evil.example', '/v1//evil.example'],
    ['/v1/\\evil.example', '/v1/\\evil.example'],
  ]))

test('where the path sent upstream is the public one, every location passes', (t) => check(t, {}, '', [['UP/shop/b', 'UP/shop/b']]))

test('201 has a location too, other statuses do not', async (t) => {
  await check(t, { stripPrefix: '/shop' }, '', [['/b', '/shop/b']], 201)
  await check(t, { stripPrefix: '/shop' }, '', [['/b', '/b']], 200)
})

test('rewriteLocation: false lets every location pass', (t) =>
  check(t, { rewriteLocation: false, stripPrefix: '/shop' }, '/v1', [['UP/v1/b', 'UP/v1/b']]))
