import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import test from 'ava'
import { apiKey, call, compose, defineGateway, group, internalToken, mirror, route, upstream } from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { gatewayOf } from '../helpers/document-of.js'
import { LANES } from '../helpers/start-gateway.js'
import { type Answer, json, startStage } from '../mirror/mirror-stage.js'

const hangs: Answer = () => undefined
const BAD: Readonly<Record<string, readonly [Answer, string]>> = {
  hangs: [hangs, 'cancelled'],
  'hangs in its body': [(_request, res) => void res.writeHead(200).write('{'), 'cancelled'],
  resets: [(_request, res) => void res.destroy(), 'failed'],
  'breaks off': [(_request, res) => void res.writeHead(200, { 'content-length': '9' }).write('{', () => res.destroy()), 'failed'],
  'answers 500': [json({ error: 'broken' }, 500), 'answered'],
  'answers too much': [(_request, res) => void res.writeHead(200).end(Buffer.alloc(3_000_000)), 'answered'],
}
const BODY = JSON.stringify({ list: Array.from({ length: 5_000 }, (_, index) => index) })

for (const lifecycle of LANES) {
  const read = { method: 'GET', path: '/items/{id}', lifecycle } as const

  for (const [name, [answer, result]] of Object.entries(BAD))
    test.serial(`${lifecycle}: a mirror that ${name} is nothing to the caller`, async (t) => {
      const server = { preStop: '0s', overload: false } as const
      const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use }) }), {}, { server })
      s.first.answer = (_request, res) => void res.writeHead(201, { 'x-own': 'yes', 'content-type': 'application/json' }).end(BODY)
      s.second.answer = answer
      const plain = await fetch(`${s.first.url}/items/1`)
      for (let round = 0; round < 3; round++) {
        const response = await fetch(`${s.gateway.url}/items/1?a=%20b`)
        t.is(response.status, 201)
        t.is(response.headers.get('x-own'), plain.headers.get('x-own'))
        t.is(await response.text(), BODY)
      }
      await s.second.arrived(3)
      // What still hangs holds nothing up.
      if (result === 'cancelled') {
        // Long before a pool would cut what is under way.
        const begun = performance.now()
        t.true(await s.gateway.stop())
        t.true(performance.now() - begun < 20_000)
      } else await s.results({ [result]: 3 })
      t.deepEqual(
        s.lines.filter(({ msg }) => msg === 'request').map(({ status }) => status),
        [201, 201, 201],
      )
    })

  test.serial(`${lifecycle}: a mirror that is down is nothing to the caller`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use }) }))
    s.second.close()
    t.deepEqual(await (await fetch(`${s.gateway.url}/items/1`)).json(), { from: 'first' })
    await s.results({ failed: 1 })
    t.deepEqual(await s.metrics('gatewright_mirror_requests_total{'), ['gatewright_mirror_requests_total{route="read",result="failed"} 1'])
  })

  test.serial(`${lifecycle}: a copy is the request that the upstream got, marked, without credentials, under the same id`, async (t) => {
    const { key, id, hash } = mintApiKey()
    const partner = apiKey({ header: 'x-partner', keys: [{ id, hash, consumer: 'acme' }], forward: true })
    const token = internalToken({
      claims: partner.key(({ consumer }) => ({ sub: consumer })),
      ...{ issuer: 'gateway', audience: 'up', algorithm: 'HS256', key: 'a secret that is long enough for HS256', header: 'x-internal' },
    })
    const s = await startStage(t, ({ first, use }) => ({
      read: route({ ...read, upstream: first, auth: partner, use: { ...use, token } }),
    }))
    const headers = { 'x-partner': key, authorization: 'Basic YTpi', cookie: 'a=b', 'x-gatewright-mirror': 'forged', 'x-other': 'kept' }
    await fetch(`${s.gateway.url}/items/a%20b?q=%2F&q`, { headers })
    await s.second.arrived(1)
    const [sent, copied] = [s.first.requests[0], s.second.requests[0]] as const
    t.is(copied?.url, '/items/a%20b?q=%2F&q')
    t.is(sent?.headers['x-partner'], key)
    t.truthy(sent?.headers['x-internal'])
    t.is(sent?.headers['x-gatewright-mirror'], undefined)
    const { host: _host, authorization: _login, cookie: _cookie, 'x-partner': _key, 'x-internal': _token, ...rest } = sent?.headers ?? {}
    const { host, ...given } = copied?.headers ?? {}
    t.deepEqual(given, { ...rest, 'x-gatewright-mirror': '1' })
    t.is(host, new URL(s.second.url).host)
  })

  for (const [name, more, copied] of [
    ['streamed', {}, undefined],
    ['collected', { body: z.file() }, undefined],
    ['mapped', { body: z.object({ a: z.number() }), mapRequest: ({ a }: { a: number }) => ({ b: a + 1 }) }, '{"b":2}'],
  ] as const)
    test.serial(`${lifecycle}: a ${name} body is copied byte for byte`, async (t) => {
      const s = await startStage(
        t,
        ({ first, use }) => ({ write: route({ method: 'PUT', path: '/', upstream: first, lifecycle, use, ...(more as object) } as never) }),
        { unsafe: true },
      )
      const bytes = copied === undefined ? randomBytes(60_000) : Buffer.from('{"a":1}')
      const headers = { 'content-type': copied === undefined ? 'application/octet-stream' : 'application/json' }
      for (const chunked of [false, true]) {
        const sent = request(s.gateway.url, { method: 'PUT', headers: chunked ? headers : { ...headers, 'content-length': bytes.length } })
        sent.write(bytes.subarray(0, 3))
        await new Promise((resolve, reject) =>
          sent
            .on('response', (response) => response.resume().on('end', resolve))
            .on('error', reject)
            .end(bytes.subarray(3)),
        )
      }
      await s.second.arrived(2)
      t.deepEqual(
        s.first.requests.map(({ body }) => body),
        [0, 1].map(() => (copied === undefined ? bytes : Buffer.from(copied))),
      )
      t.deepEqual(
        s.second.requests.map(({ body, headers: got }) => [body, got['content-type'], got['content-length']]),
        s.first.requests.map(({ body }) => [body, headers['content-type'], String(body.length)]),
      )
    })

  test.serial(
    `${lifecycle}: a body over the limit is not copied, whether its length is declared or not, nor one that breaks off`,
    async (t) => {
      const s = await startStage(
        t,
        ({ first, use }) => ({ write: route({ method: 'POST', path: '/', upstream: first, lifecycle, use }) }),
        {
          unsafe: true,
          limit: '10b',
        },
      )
      const eleven = 'x'.repeat(11)
      t.is((await fetch(s.gateway.url, { method: 'POST', body: eleven })).status, 200)
      t.is((await fetch(s.gateway.url, { method: 'POST', body: new Blob([eleven]).stream(), duplex: 'half' } as RequestInit)).status, 200)
      await s.results({ too_large: 2 })
      const broken = request(s.gateway.url, { method: 'POST', headers: { 'content-length': 9 } }).on('error', () => undefined)
      broken.write('half', () => broken.destroy())
      await s.report(({ routes }) => routes[0]?.requests['incomplete'] === 1)
      t.is(s.second.requests.length, 0)
    },
  )

  test.serial(`${lifecycle}: only safe methods are copied unless told otherwise, and only the share that was asked for`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ any: route({ method: '*', path: '/', upstream: first, lifecycle, use }) }), {
      sample: 0.5,
    })
    for (const method of ['POST', 'GET', 'DELETE', 'HEAD', 'GET', 'OPTIONS', 'PUT']) await fetch(s.gateway.url, { method })
    await s.results({ answered: 2 })
    t.deepEqual(
      s.second.requests.map(({ method }) => method),
      ['HEAD', 'OPTIONS'],
    )
  })

  test.serial(`${lifecycle}: no more copies are under way than allowed; the rest are dropped and counted`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use }) }), { concurrency: 2 })
    s.second.answer = hangs
    for (let round = 0; round < 5; round++) t.is((await fetch(`${s.gateway.url}/items/1`)).status, 200)
    await s.results({ dropped: 3 })
    await s.second.arrived(2)
    t.is(s.second.requests.length, 2)
  })

  test.serial(`${lifecycle}: a copy that takes too long is given up, and the next may go`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use }) }), {
      concurrency: 1,
      timeout: '50ms',
    })
    s.second.answer = hangs
    await fetch(`${s.gateway.url}/items/1`)
    await s.results({ timed_out: 1 })
    s.second.answer = json({})
    await fetch(`${s.gateway.url}/items/1`)
    await s.results({ timed_out: 1, answered: 1 })
  })

  test.serial(`${lifecycle}: a failing upstream is tried again with its body, which is copied once`, async (t) => {
    const s = await startStage(
      t,
      ({ first, use }) => ({ write: route({ method: 'PUT', path: '/', upstream: first, lifecycle, use, retry: { attempts: 3 } }) }),
      { unsafe: true },
    )
    s.first.answer = (asked, res) => (s.first.requests.length < 2 ? json({}, 503) : json({ got: asked.body.length }))(asked, res)
    const response = await fetch(s.gateway.url, { method: 'PUT', body: 'abc' })
    t.deepEqual(await response.json(), { got: 3 })
    await s.results({ answered: 1 })
    t.deepEqual(
      s.second.requests.map(({ body }) => body.toString()),
      ['abc'],
    )
  })
}

test('one mirror for a whole gateway passes by its own upstream, composed routes, what matches no route and what never goes upstream', async (t) => {
  const s = await startStage(
    t,
    ({ first, second, use }) => ({
      plain: route({ method: 'GET', path: '/plain', upstream: first, use }),
      same: group({ use }).route({ method: 'GET', path: '/same', upstream: second }),
      composed: group({ use }).route({
        method: 'GET',
        path: '/composed',
        compose: compose({ one: call(first, { path: '/one', response: z.object({ from: z.string() }) }) }),
      }),
    }),
    {},
  )
  for (const path of ['/same', '/composed', '/nowhere', '/plain']) await fetch(`${s.gateway.url}${path}`)
  await s.second.arrived(2)
  t.deepEqual(
    s.second.requests.map(({ url }) => url),
    ['/same', '/plain'],
  )
})

test('what came of mirrors is there after a reload, and gone with them', async (t) => {
  const s = await startStage(t, ({ first, use }) => ({ read: route({ method: 'GET', path: '/', upstream: first, use }) }))
  await fetch(s.gateway.url)
  await s.results({ answered: 1 })
  const config = (copying: boolean) => {
    const first = upstream('first', { targets: [s.first.url] })
    const use = copying ? { copies: mirror({ to: upstream('second', { targets: [s.second.url] }), timeout: '9s' }) } : {}
    return defineGateway({
      info: { title: 'Test', version: '1.0.0' },
      routes: { read: route({ method: 'GET', path: '/', upstream: first, use }) },
    })
  }
  await s.gateway.reload(config(true))
  await fetch(s.gateway.url)
  await s.results({ answered: 2 })
  await s.gateway.reload(config(false))
  await fetch(s.gateway.url)
  t.is((await fetch(`${s.gateway.adminUrl}/mirrors`)).status, 404)
  t.is((await fetch(`${s.gateway.adminUrl}/mirrors`, { method: 'POST' })).status, 405)
  t.is(s.second.requests.length, 2)
})

const shop = upstream('shop', { targets: ['http://127.0.0.1:1'] })
const other = upstream('other', { targets: ['http://127.0.0.1:2'] })
const one = call(other, { path: '/one', response: z.object({}) })
for (const [name, given, code, path] of [
  ['its own upstream', { upstream: shop, use: { copies: mirror({ to: shop }) } }, 'GW1361', 'routes.read.use.copies.to'],
  ['a composed route', { compose: compose({ one }), use: { copies: mirror({ to: shop }) } }, 'GW1361', 'routes.read.use.copies'],
  ['a name', { upstream: shop, use: { copies: mirror({ to: 'other' as never }) } }, 'GW1101', 'routes.read.use.copies.to'],
  [
    'an unknown option',
    { upstream: shop, use: { copies: mirror({ to: other, smaple: 1 } as never) } },
    'GW1003',
    'routes.read.use.copies.smaple',
  ],
  [
    'no pointer',
    { upstream: shop, use: { copies: mirror({ to: other, diff: { ignore: ['a' as never] } }) } },
    'GW1002',
    'routes.read.use.copies.diff.ignore.0',
  ],
] as const)
  test.serial(`a mirror with ${name} is refused with ${code}`, (t) => {
    const error = t.throws<Error & { issues: { code: string; path: (string | number)[] }[] }>(() =>
      gatewayOf({ read: route({ method: 'GET', path: '/', ...given } as never) }),
    )
    t.deepEqual(
      error?.issues.map((issue) => [issue.code, issue.path.join('.')]),
      [[code, path]],
    )
  })
