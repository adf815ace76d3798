import test from 'ava'
import { route, upstream } from 'gatewright'
import { z } from 'zod'
import { parseCookies } from '../../runtime/pipeline/parse-cookies.js'
import { parseJson } from '../../runtime/pipeline/parse-json.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const limits = { depth: 64, values: 50_000 }
const parse = (text: string, given = limits) => parseJson(Buffer.from(text), given)

test('takes JSON up to its bounds', (t) => {
  t.deepEqual(parse('\uFEFF{"a":[1,{"b":":,{["}],"c\\"":null}'), { a: [1, { b: ':,{[' }], 'c"': null })
  t.notThrows(() => parse('['.repeat(64) + ']'.repeat(64)))
  t.notThrows(() => parse('[1,2,3]', { depth: 1, values: 3 }))
  t.is(parse('"text"'), 'text')
})

const refused: [string, string, RegExp][] = [
  ['65 levels', '['.repeat(65) + ']'.repeat(65), /more than 64 levels deep/],
  ['10,000 levels', '{"a":'.repeat(10_000), /more than 64 levels deep/],
  ['__proto__', '{"a":{"__proto__":{"polluted":1}}}', /prototype/],
  ['__proto__ by an escape', '{"__pr\\u006fto__":1}', /prototype/],
  ['constructor.prototype', '{"constructor":{"prototype":{"polluted":1}}}', /prototype/],
  ['a name twice', '{"a":1,"b":{"c":1,"c":2}}', /twice/],
  ['a name twice by an escape', '[{"a":1,"\\u0061":2}]', /twice/],
  ['an open text', '{"a', /not JSON/],
  ['nothing', '', /not JSON/],
]
for (const [name, text, detail] of refused)
  test(`refuses JSON with ${name}`, (t) => {
    const error = t.throws(() => parse(text)) as Error & { code: string; detail: string }
    t.is(error.code, 'INVALID_REQUEST')
    t.regex(error.detail, detail)
    t.is(({} as { polluted?: number }).polluted, undefined)
  })

test('refuses more values than the bound', (t) => {
  const error = t.throws(() => parse('[1,2,3,4]', { depth: 64, values: 3 })) as Error & { detail: string }
  t.regex(error.detail, /more than 3 values/)
})

test('reads cookies: the first of a name, values as sent', (t) => {
  t.deepEqual({ ...parseCookies('a=1; b="x y"; a=2; broken; __proto__=z') }, { a: '1', b: '"x y"', ['__proto__']: 'z' })
  t.deepEqual({ ...parseCookies(undefined) }, {})
})

for (const lifecycle of LANES) {
  test(`${lifecycle}: checks headers, cookies and unknown query parameters, and gives maps what the schemas yield`, async (t) => {
    const up = await startUpstream(t, (_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
    const gateway = await startGateway(t, {
      list: route({
        method: 'GET',
        path: '/orders',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        strictQuery: true,
        query: z.object({ page: z.coerce.number<string>().optional() }),
        headers: z.object({ 'x-tenant': z.coerce.number<string>().int() }),
        cookies: z.object({ theme: z.enum(['dark', 'light']) }),
        responses: { 200: z.object({ tenant: z.number(), theme: z.string() }) },
        mapResponse: { 200: (_body, ctx) => ({ tenant: ctx.headers['x-tenant'] + 1, theme: ctx.cookies.theme }) },
      }),
    })
    const get = (query: string, headers: Record<string, string>) => fetch(`${gateway.url}/orders${query}`, { headers })
    const good = { 'x-tenant': '7', cookie: 'theme=dark' }
    t.deepEqual(await (await get('?page=2', good)).json(), { tenant: 8, theme: 'dark' })
    t.is(up.requests[0]?.headers['x-tenant'], '7')
    const fields = async (response: Promise<Response>) => {
      const problem = (await (await response).json()) as { status: number; errors: { in: string; path: string }[] }
      return [problem.status, ...problem.errors.map((error) => `${error.in} ${error.path}`)]
    }
    t.deepEqual(await fields(get('?page=2&pgae=3', good)), [400, 'query pgae'])
    t.deepEqual(await fields(get('', { ...good, 'x-tenant': 'x' })), [400, 'header x-tenant'])
    t.deepEqual(await fields(get('', { 'x-tenant': '7' })), [400, 'cookie theme'])
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: takes a list in the query that is given once, as the document says`, async (t) => {
    const up = await startUpstream(t, (_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
    const gateway = await startGateway(t, {
      list: route({
        method: 'GET',
        path: '/orders',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        query: z.object({
          tag: z.array(z.string()).max(2).optional(),
          n: z.coerce.number<string>().default(1),
          any: z.union([z.string(), z.array(z.string())]).optional(),
        }),
        responses: { 200: z.unknown() },
        mapResponse: { 200: (_body, ctx) => ctx.query },
      }),
    })
    const get = async (query: string) => (await fetch(`${gateway.url}/orders${query}`)).json() as Promise<{ status?: number }>
    t.deepEqual(await get('?tag=a&any=x'), { tag: ['a'], n: 1, any: 'x' } as object)
    t.deepEqual(await get('?tag=a&tag=b&any=x&any=y'), { tag: ['a', 'b'], n: 1, any: ['x', 'y'] } as object)
    t.deepEqual(await get(''), { n: 1 } as object)
    t.is((await get('?tag=a&tag=b&tag=c')).status, 400)
  })

  test(`${lifecycle}: gives callers another status than the upstream's`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => {
      res.writeHead(url === '/gone' ? 404 : url === '/teapot' ? 418 : 200, {
        'content-type': 'application/json',
        etag: '"1"',
        'x-kept': 'yes',
      })
      res.end('{"from":"upstream"}')
    })
    const gateway = await startGateway(t, {
      any: route({
        method: 'GET',
        path: '/{name}',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responses: { 200: z.object({ from: z.string() }), 204: 'empty', 409: z.object({ was: z.string() }) },
        mapStatus: { 404: 204, 418: 409 },
        mapResponse: { 409: (body) => ({ was: body.from }) },
      }),
    })
    const gone = await fetch(`${gateway.url}/gone`)
    t.is(gone.status, 204)
    t.is(await gone.text(), '')
    t.is(gone.headers.get('content-type'), null)
    t.is(gone.headers.get('x-kept'), 'yes')
    const teapot = await fetch(`${gateway.url}/teapot`)
    t.is(teapot.status, 409)
    t.deepEqual(await teapot.json(), { was: 'upstream' })
    t.is((await fetch(`${gateway.url}/fine`)).status, 200)
  })
}
