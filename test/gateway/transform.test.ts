import test from 'ava'
import { definePolicy, group, Problem, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const json = { 'content-type': 'application/json' }
const Order = z.object({ sku: z.string().min(1), count: z.int().min(1).default(1) })

for (const lifecycle of LANES) {
  test(`${lifecycle}: parses params, query and body, and sends on what the body's schema yields`, async (t) => {
    const up = await startUpstream(t)
    const users = upstream('up', { targets: [up.url] })
    const gateway = await startGateway(t, {
      create: route({
        method: 'POST',
        path: '/shops/{shop}/orders',
        upstream: users,
        lifecycle,
        params: z.object({ shop: z.coerce.number<string>().int() }),
        query: z.object({ dry: z.stringbool().default(false) }),
        body: Order,
      }),
    })
    const send = (path: string, body: string, headers: Record<string, string> = json) =>
      fetch(gateway.url + path, { method: 'POST', body, headers })
    const ok = await send('/shops/7/orders?dry=true', JSON.stringify({ sku: 'a', surplus: 1 }))
    t.is(ok.status, 200)
    t.is(up.requests[0]?.body, '{"sku":"a","count":1}')
    t.is(up.requests[0]?.headers['content-length'], '21')
    t.is(up.requests[0]?.url, '/shops/7/orders?dry=true')

    const bad = await send('/shops/7/orders', JSON.stringify({ sku: '', count: 'x' }))
    const problem = (await bad.json()) as { code: string; errors: { in: string; path: string }[] }
    t.is(bad.status, 400)
    t.is(problem.code, 'INVALID_REQUEST')
    t.deepEqual(problem.errors.map((error) => `${error.in} ${error.path}`).sort(), ['body count', 'body sku'])
    t.is((await send('/shops/x/orders', '{"sku":"a"}')).status, 400)
    t.is((await send('/shops/7/orders?dry=perhaps', '{"sku":"a"}')).status, 400)
    t.is((await send('/shops/7/orders', '{"sku":')).status, 400)
    t.is((await send('/shops/7/orders', '')).status, 400)
    t.is((await send('/shops/7/orders', 'sku=a', { 'content-type': 'text/plain' })).status, 415)
    t.is((await send('/shops/7/orders', '{"sku":"a"}', { ...json, 'content-encoding': 'gzip' })).status, 415)
    t.is((await send('/shops/7/orders', JSON.stringify({ sku: 'x'.repeat(2_000_000) }))).status, 413)
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: maps the body to the upstream's and its response to the public one`, async (t) => {
    const up = await startUpstream(t, ({ headers }, res) => {
      const coded = headers['accept-encoding'] !== 'identity'
      res.writeHead(201, {
        'content-type': 'application/vnd.legacy+json',
        etag: '"1"',
        'x-kept': 'yes',
        ...(coded ? { 'content-encoding': 'gzip' } : {}),
      })
      res.end(JSON.stringify({ order_id: 5, SECRET: 'x' }))
    })
    const gateway = await startGateway(t, {
      create: route({
        method: 'POST',
        path: '/orders/{ref}',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        body: Order,
        upstreamBody: z.object({ article: z.string(), n: z.number() }),
        upstreamResponses: { 201: z.object({ order_id: z.number() }) },
        mapRequest: (body) => ({ article: body.sku, n: body.count }),
        responses: { 201: z.object({ id: z.string(), ref: z.string() }) },
        mapResponse: { 201: (body, ctx) => ({ id: String(body.order_id), ref: ctx.params.ref, leaked: 'dropped by the schema' }) },
      }),
    })
    const response = await fetch(`${gateway.url}/orders/r1`, { method: 'POST', body: '{"sku":"a","count":2}', headers: json })
    t.is(response.status, 201)
    t.deepEqual(await response.json(), { id: '5', ref: 'r1' })
    t.is(up.requests[0]?.body, '{"article":"a","n":2}')
    t.is(response.headers.get('etag'), null)
    t.is(response.headers.get('x-kept'), 'yes')
    t.regex(response.headers.get('content-type') ?? '', /^application\/json/)
  })

  test(`${lifecycle}: a status that is mapped to a problem is sent as one`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void res.writeHead(404, { 'content-type': 'application/json' }).end('{"err":17}'))
    const gateway = await startGateway(t, {
      get: route({
        method: 'GET',
        path: '/',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responses: { 404: 'problem' },
        mapResponse: { 404: (body) => ({ type: 'urn:x', title: 'No such thing', status: 404, code: `E${body.err}` }) },
      }),
    })
    const response = await fetch(gateway.url)
    t.is(response.headers.get('content-type'), 'application/problem+json')
    t.deepEqual(await response.json(), { type: 'urn:x', title: 'No such thing', status: 404, code: 'E17' })
  })

  test(`${lifecycle}: streams the statuses that have no mapping`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void res.writeHead(404, { 'content-type': 'text/plain', etag: '"1"' }).end('nope'))
    const gateway = await startGateway(t, {
      get: route({
        method: 'GET',
        path: '/',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responses: { 200: Order },
        mapResponse: { 200: (body) => body },
      }),
    })
    const response = await fetch(gateway.url)
    t.is(response.status, 404)
    t.is(response.headers.get('etag'), '"1"')
    t.is(await response.text(), 'nope')
  })

  test(`${lifecycle}: 502 for a response that cannot be mapped, 500 for a mapping that throws; the details stay inside`, async (t) => {
    const answers: Record<string, [string, Record<string, string>]> = {
      '/html': ['<html>', {}],
      '/schema': ['{"id":"x"}', {}],
      '/coded': ['{"id":1}', { 'content-encoding': 'gzip' }],
      '/mapped': ['{"id":2}', {}],
      '/throws': ['{"id":3}', {}],
      '/large': [JSON.stringify({ id: 1, pad: 'x'.repeat(3_000) }), {}],
    }
    const up = await startUpstream(t, ({ url }, res) => {
      const [body, headers] = answers[url] as [string, Record<string, string>]
      res.writeHead(200, headers).end(body)
    })
    const gateway = await startGateway(t, {
      get: route({
        method: 'GET',
        path: '/{kind}',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responseLimit: '2kb',
        responses: { 200: z.object({ id: z.number() }) },
        upstreamResponses: { 200: z.object({ id: z.number() }) },
        mapResponse: {
          200: (body) => {
            if (body.id === 3) throw new Error('secret detail')
            return body.id === 2 ? ({ id: 'two' } as never) : body
          },
        },
      }),
    })
    for (const [kind, status] of Object.entries({ html: 502, schema: 502, coded: 502, mapped: 502, throws: 500, large: 502 })) {
      const response = await fetch(`${gateway.url}/${kind}`)
      t.is(response.status, status, kind)
      t.notRegex(await response.text(), /secret/)
    }
  })

  test(`${lifecycle}: a policy of one's own replies, gives to maps, edits headers, and refuses`, async (t) => {
    const tenant = definePolicy({
      name: 'tenant',
      phase: 'authorize',
      options: z.strictObject({ allowed: z.array(z.string()) }),
      gives: z.object({ name: z.string() }),
      problems: ['FORBIDDEN'],
      compile: ({ allowed }, key) => ({
        request(exchange) {
          const name = String(exchange.headers['x-tenant'])
          if (name === 'teapot') return { status: 418, headers: ['content-type', 'text/plain'], body: 'short and stout' }
          if (!allowed.includes(name)) throw new Problem('FORBIDDEN')
          exchange.give(key, { name })
          exchange.setRequestHeader('x-tenant', `checked-${name}`)
        },
        response(exchange, status) {
          exchange.setResponseHeader('x-status', String(status))
        },
      }),
    })
    const up = await startUpstream(t)
    const grouped = group({ prefix: '/t', use: { tenant: tenant({ allowed: ['a'] }) } })
    const gateway = await startGateway(t, {
      get: grouped.route({
        method: 'GET',
        path: '/x',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responses: { 200: z.object({ tenant: z.string() }) },
        mapResponse: { 200: (_body, ctx) => ({ tenant: ctx.tenant.name }) },
      }),
    })
    const ask = async (name: string) => {
      const response = await fetch(`${gateway.url}/t/x`, { headers: { 'x-tenant': name } })
      return [response.status, response.headers.get('x-status'), await response.text()]
    }
    t.deepEqual(await ask('a'), [200, '200', '{"tenant":"a"}'])
    t.is(up.requests[0]?.headers['x-tenant'], 'checked-a')
    t.deepEqual((await ask('b')).slice(0, 2), [403, '403'])
    t.deepEqual(await ask('teapot'), [418, '418', 'short and stout'])
    t.is(up.requests.length, 1)
  })
}

test('tells 404 from 405, answers OPTIONS from the table, and limits both', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(
    t,
    { get: route({ method: 'GET', path: '/a', upstream: upstream('up', { targets: [up.url] }) }) },
    { use: { flood: rateLimit({ by: { label: 'all', read: () => 'all' }, limit: '3/h' }) } },
  )
  const ask = async (method: string, path: string) => {
    const response = await fetch(gateway.url + path, { method })
    return [response.status, response.headers.get('allow')]
  }
  t.deepEqual(await ask('GET', '/b'), [404, null])
  t.deepEqual(await ask('DELETE', '/a'), [405, 'GET, HEAD'])
  t.deepEqual(await ask('OPTIONS', '/a'), [204, 'GET, HEAD'])
  t.deepEqual(await ask('GET', '/b'), [429, null])
})
