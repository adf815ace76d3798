import test, { type ExecutionContext } from 'ava'
import { type RouteTree, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Expected = readonly (readonly [sent: string, received: string])[]

/** Sends every cookie in one response; the upstream's host is 127.0.0.1. */
async function check(t: ExecutionContext, options: object, base: string, expected: Expected) {
  const up = await startUpstream(t, (_req, res) =>
    res.writeHead(200, { 'set-cookie': expected.map(([sent]) => sent), 'content-type': 'application/json' }).end('{}'),
  )
  const target = upstream('up', { targets: [up.url + base] })
  const routes = { any: route({ method: '*', path: '/shop/{rest*}', upstream: target, ...options } as never) } as RouteTree
  const gateway = await startGateway(t, routes)
  const response = await fetch(`${gateway.url}/shop/a`)
  t.deepEqual(
    response.headers.getSetCookie(),
    expected.map(([, received]) => received),
  )
}

const STRIPPED: Expected = [
  ['a=1; Path=/; HttpOnly', 'a=1; Path=/shop; HttpOnly'],
  ['a=1; path=/cart;Secure', 'a=1; path=/shop/cart;Secure'],
  ['a=1; Path=/shop/cart', 'a=1; Path=/shop/cart'],
  ['a=1; Path=/shopping', 'a=1; Path=/shop/shopping'],
  ['a=1; Path=//evil', 'a=1; Path=/shop//evil'],
  ['a=path=/x; Max-Age=5', 'a=path=/x; Max-Age=5'],
  ['a=1; Path=', 'a=1; Path='],
  ['a=1; Path=cart', 'a=1; Path=cart'],
  ['__Host-a=1; Secure; Path=/', '__Host-a=1; Secure; Path=/'],
  ['__Secure-a=1; Secure; Path=/', '__Secure-a=1; Secure; Path=/shop'],
  ['a=1; Domain=127.0.0.1; Path=/', 'a=1; Path=/shop'],
  ['a=1; Domain=.127.0.0.1', 'a=1'],
  ['a=1; Domain=shop.example.org', 'a=1; Domain=shop.example.org'],
]

for (const lifecycle of LANES) {
  test(`${lifecycle}: the stripped prefix is put before a cookie’s path, the upstream’s own domain is left out`, (t) =>
    check(t, { lifecycle, stripPrefix: '/shop' }, '', STRIPPED))

  test(`${lifecycle}: a collected response has its cookies made public too`, (t) =>
    check(t, { lifecycle, stripPrefix: '/shop', responses: { 200: z.object({}) }, validateResponse: 'enforce' }, '', STRIPPED))
}

test('a base path is taken off', (t) =>
  check(t, {}, '/v1/api', [
    ['a=1; Path=/v1/api', 'a=1; Path=/'],
    ['a=1; Path=/v1/api/shop', 'a=1; Path=/shop'],
    ['a=1; Path=/v1', 'a=1; Path=/'],
    ['a=1; Path=/', 'a=1; Path=/'],
    ['a=1; Path=/other', 'a=1; Path=/other'],
    ['a=1; Path=/v1/api//evil', 'a=1; Path=/v1/api//evil'],
  ]))

test('a path that covers more than the base path becomes the stripped prefix', (t) =>
  check(t, { stripPrefix: '/shop' }, '/v1', [
    ['a=1; Path=/', 'a=1; Path=/shop'],
    ['a=1; Path=/v1', 'a=1; Path=/shop'],
    ['a=1; Path=/v1/b', 'a=1; Path=/shop/b'],
  ]))

test('where the path sent upstream is the public one, cookies pass unless they are asked for', async (t) => {
  await check(t, {}, '', [['a=1; Domain=127.0.0.1; Path=/x', 'a=1; Domain=127.0.0.1; Path=/x']])
  await check(t, { rewriteCookies: true }, '', [['a=1; Domain=127.0.0.1; Path=/x', 'a=1; Path=/x']])
})

test('rewriteCookies: false lets every cookie pass', (t) =>
  check(t, { rewriteCookies: false, stripPrefix: '/shop' }, '/v1', [
    ['a=1; Domain=127.0.0.1; Path=/v1', 'a=1; Domain=127.0.0.1; Path=/v1'],
  ]))
