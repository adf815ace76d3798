import test from 'ava'
import { cache, mock, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const FORM = 'application/x-www-form-urlencoded'
const XML = '<?xml version="1.0" encoding="UTF-8"?>'
const json = { 'content-type': 'application/json' }
const Book = z.object({ id: z.coerce.number<string | number>(), title: z.string(), author: z.array(z.string()) })
const BOOK = '<book><id>7</id><title>On &amp; off</title><author>A</author></book>'

for (const lifecycle of LANES) {
  test(`${lifecycle}: responses in XML reach callers as JSON, checked by the schema`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => {
      if (url === '/none') return void res.writeHead(404, { 'content-type': 'text/xml' }).end('<error/>')
      const bytes = Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${BOOK.replace('on', 'é')}`, 'latin1')
      res.writeHead(200, { 'content-type': 'application/xml', etag: '"1"', 'x-kept': 'yes' }).end(bytes)
    })
    const gateway = await startGateway(t, {
      get: route({
        method: 'GET',
        path: '/{id}',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responses: { 200: Book, 404: 'problem' },
        convert: { response: { format: 'xml', root: 'book' } },
      }),
    })
    const response = await fetch(`${gateway.url}/one`, { headers: { accept: 'application/json', 'accept-encoding': 'gzip' } })
    t.deepEqual(await response.json(), { id: 7, title: 'On & off', author: ['A'] })
    t.is(response.headers.get('content-type'), 'application/json; charset=utf-8')
    t.is(response.headers.get('etag'), null)
    t.is(response.headers.get('x-kept'), 'yes')
    t.is(up.requests[0]?.headers.accept, 'application/xml, text/xml;q=0.9')
    t.is(up.requests[0]?.headers['accept-encoding'], 'identity')
    const head = await fetch(`${gateway.url}/one`, { method: 'HEAD' })
    t.is(head.headers.get('content-type'), 'application/json; charset=utf-8')
    t.is(head.headers.get('content-length'), null)
    t.is(head.headers.get('etag'), null)
    const other = await fetch(`${gateway.url}/none`)
    t.deepEqual([other.status, other.headers.get('content-type'), await other.text()], [404, 'text/xml', '<error/>'])
  })

  test(`${lifecycle}: maps stand between callers’ JSON and the upstream’s XML`, async (t) => {
    const up = await startUpstream(t, (_request, res) => {
      const fault = '<s:Envelope xmlns:s="urn:s"><s:Body><s:Fault><code>17</code></s:Fault></s:Body></s:Envelope>'
      if (up.requests.length > 1) return void res.writeHead(500, { 'content-type': 'text/xml' }).end(fault)
      res.writeHead(201, { 'content-type': 'text/xml' }).end('<s:Envelope xmlns:s="urn:s"><s:Body><made>5</made></s:Body></s:Envelope>')
    })
    const envelope = <T extends z.ZodType>(body: T) => z.object({ 's:Envelope': z.object({ 's:Body': body }) })
    const gateway = await startGateway(t, {
      create: route({
        method: 'POST',
        path: '/orders',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        body: z.object({ sku: z.string(), count: z.int() }),
        convert: { request: { format: 'xml', contentType: 'text/xml; charset=utf-8' }, response: 'xml' },
        mapRequest: ({ sku, count }) => ({ 's:Envelope': { '@xmlns:s': 'urn:s', 's:Body': { order: { '@sku': sku, count } } } }),
        upstreamResponses: { 201: envelope(z.object({ made: z.coerce.number<string>() })) },
        responses: { 201: z.object({ id: z.number() }), 500: 'problem' },
        mapResponse: {
          201: (body) => ({ id: body['s:Envelope']['s:Body'].made }),
          500: (body) => ({ type: 'urn:x', title: 'No', status: 500, code: `E${body['s:Envelope']['s:Body']['s:Fault'].code}` }),
        },
      }),
    })
    const send = () => fetch(`${gateway.url}/orders`, { method: 'POST', headers: json, body: '{"sku":"<a>","count":2}' })
    const made = await send()
    t.deepEqual([made.status, await made.json()], [201, { id: 5 }])
    const body = `${XML}<s:Envelope xmlns:s="urn:s"><s:Body><order sku="&lt;a&gt;"><count>2</count></order></s:Body></s:Envelope>`
    t.is(up.requests[0]?.body, body)
    t.is(up.requests[0]?.headers['content-type'], 'text/xml; charset=utf-8')
    t.is(up.requests[0]?.headers['content-length'], String(body.length))
    const failed = await send()
    t.deepEqual([failed.status, ((await failed.json()) as { code: string }).code], [500, 'E17'])
    t.is(failed.headers.get('content-type'), 'application/problem+json')
  })

  test(`${lifecycle}: JSON from callers goes upstream as XML, CSV or a form`, async (t) => {
    const up = await startUpstream(t)
    const to = { method: 'POST', upstream: upstream('up', { targets: [up.url] }), lifecycle } as const
    const rows = z.array(z.object({ a: z.string(), b: z.number().default(1) }))
    const gateway = await startGateway(t, {
      xml: route({ ...to, path: '/xml', body: Book, convert: { request: { format: 'xml', root: 'book' } } }),
      csv: route({ ...to, path: '/csv', body: rows, convert: { request: { format: 'csv', delimiter: ';' } } }),
      form: route({ ...to, path: '/form', body: z.object({ a: z.string(), n: z.array(z.number()) }), convert: { request: 'form' } }),
    })
    const send = async (path: string, body: unknown) => {
      const response = await fetch(gateway.url + path, { method: 'POST', headers: json, body: JSON.stringify(body) })
      const { headers, body: sent } = up.requests.at(-1) ?? {}
      return response.status === 200 ? [headers?.['content-type'], sent] : response.status
    }
    t.deepEqual(await send('/xml', { id: 1, title: 'x', author: ['A', 'B'], surplus: 1 }), [
      'application/xml; charset=utf-8',
      `${XML}<book><id>1</id><title>x</title><author>A</author><author>B</author></book>`,
    ])
    t.deepEqual(await send('/csv', [{ a: '=1+1;' }]), ['text/csv; charset=utf-8', 'a;b\r\n"=1+1;";1\r\n'])
    t.deepEqual(await send('/form', { a: 'x y', n: [1, 2] }), [FORM, 'a=x+y&n=1&n=2'])
    t.is(up.requests.length, 3)
    t.is(await send('/xml', { id: 1, title: '\u0001', author: [] }), 400)
    t.is(await send('/xml', { id: 1 }), 400)
    t.is(up.requests.length, 3)
  })

  test(`${lifecycle}: XML, CSV and forms from callers go upstream as JSON, or as they came`, async (t) => {
    const up = await startUpstream(t)
    const to = { method: 'POST', upstream: upstream('up', { targets: [up.url] }), lifecycle, bodyLimit: '8kb' } as const
    const Wrapped = z.object({ book: Book })
    const rows = z.array(z.object({ a: z.coerce.number<string>() }))
    const gateway = await startGateway(t, {
      xml: route({ ...to, path: '/xml', body: Wrapped, accepts: ['json', 'xml'], convert: { request: 'json' } }),
      same: route({ ...to, path: '/same', body: Wrapped, accepts: ['xml'] }),
      csv: route({ ...to, path: '/csv', body: rows, accepts: ['csv'], convert: { request: 'json' } }),
      form: route({ ...to, path: '/form', body: z.object({ a: z.array(z.string()) }), accepts: ['form'], convert: { request: 'json' } }),
    })
    const send = async (path: string, type: string, body: string | Buffer) => {
      const response = await fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': type }, body: body as never })
      const text = await response.text()
      const { headers, body: sent } = up.requests.at(-1) ?? {}
      return response.status === 200 ? [headers?.['content-type'], sent] : [response.status, JSON.parse(text).code]
    }
    const asJson = '{"book":{"id":7,"title":"On & off","author":["A"]}}'
    t.deepEqual(await send('/xml', 'text/xml', BOOK), ['application/json', asJson])
    t.deepEqual(await send('/xml', 'application/json', asJson), ['application/json', asJson])
    t.deepEqual(await send('/same', 'application/xml', `<!-- x -->${BOOK}`), ['application/xml; charset=utf-8', XML + BOOK])
    t.deepEqual(await send('/csv', 'text/csv; charset=utf-8', 'a,b\n1,x\n2,y'), ['application/json', '[{"a":1},{"a":2}]'])
    t.deepEqual(await send('/form', FORM, 'a=1'), ['application/json', '{"a":["1"]}'])
    t.is(up.requests.length, 5)

    t.deepEqual(await send('/xml', 'text/xml', '<book><id>1</id>'), [400, 'INVALID_REQUEST'])
    t.deepEqual(await send('/xml', 'text/xml', '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><book>&x;</book>'), [
      400,
      'INVALID_REQUEST',
    ])
    t.deepEqual(await send('/xml', 'text/xml', '<book><__proto__/></book>'), [400, 'INVALID_REQUEST'])
    t.deepEqual(await send('/xml', 'text/xml', '<book><id>x</id></book>'), [400, 'INVALID_REQUEST'])
    t.deepEqual(await send('/xml', 'text/xml; charset=klingon', BOOK), [415, 'UNSUPPORTED_MEDIA_TYPE'])
    t.deepEqual(await send('/same', 'application/json', asJson), [415, 'UNSUPPORTED_MEDIA_TYPE'])
    t.deepEqual(await send('/csv', 'text/csv', 'a\n1,2'), [400, 'INVALID_REQUEST'])
    t.deepEqual(await send('/csv', 'text/csv', Buffer.from([0x61, 0x0a, 0xff])), [400, 'INVALID_REQUEST'])
    t.deepEqual(await send('/csv', 'text/csv', `a\n${'1\n'.repeat(5_000)}`), [413, 'PAYLOAD_TOO_LARGE'])
    t.is(up.requests.length, 5)
  })

  test(`${lifecycle}: responses in CSV and forms reach callers as JSON`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => {
      if (url === '/csv') return void res.writeHead(200, { 'content-type': 'text/csv' }).end('id,name\r\n1,"A, B"\r\n')
      res.writeHead(200, { 'content-type': 'text/plain' }).end('ACK=Success&list=1')
    })
    const to = { method: 'GET', upstream: upstream('up', { targets: [up.url] }), lifecycle } as const
    const rows = z.array(z.object({ id: z.coerce.number<string>(), name: z.string() }))
    const gateway = await startGateway(t, {
      csv: route({ ...to, path: '/csv', responses: { 200: rows }, convert: { response: 'csv' } }),
      form: route({
        ...to,
        path: '/form',
        responses: { 200: z.object({ ACK: z.string(), list: z.array(z.string()) }) },
        convert: { response: 'form' },
      }),
    })
    t.deepEqual(await (await fetch(`${gateway.url}/csv`)).json(), [{ id: 1, name: 'A, B' }])
    t.deepEqual(await (await fetch(`${gateway.url}/form`)).json(), { ACK: 'Success', list: ['1'] })
    t.deepEqual(
      up.requests.map(({ headers }) => headers.accept),
      ['text/csv', FORM],
    )
  })

  test(`${lifecycle}: what an upstream sends that is not in its format is 502, and counted`, async (t) => {
    const answers: readonly (readonly [type: string, body: string | Buffer])[] = [
      ['text/xml', '<book>'],
      ['text/xml', '<!DOCTYPE book [<!ENTITY x "y">]><book>&x;</book>'],
      ['text/html', BOOK],
      ['application/json', '{"id":1}'],
      ['text/xml', Buffer.from('<book>\xe9</book>', 'latin1')],
      ['text/xml; charset=klingon', BOOK],
      ['text/xml', '<other/>'],
      ['text/xml', '<book><id>x</id></book>'],
      ['text/xml', `<book>${' '.repeat(20_000)}</book>`],
      ['text/xml', ''],
    ]
    const up = await startUpstream(t, ({ url }, res) => {
      const [type, body] = answers[Number(url.slice(1))] as (typeof answers)[number]
      res.writeHead(200, { 'content-type': type }).end(body)
    })
    const gateway = await startGateway(t, {
      get: route({
        method: 'GET',
        path: '/{n}',
        upstream: upstream('up', { targets: [up.url], ejection: false }),
        lifecycle,
        responseLimit: '16kb',
        responses: { 200: Book },
        convert: { response: { format: 'xml', root: 'book' } },
      }),
    })
    for (const index of answers.keys()) {
      const response = await fetch(`${gateway.url}/${index}`)
      const { code } = (await response.json()) as { code: string }
      t.deepEqual([response.status, code], [502, 'UPSTREAM_INVALID_RESPONSE'], String(answers[index]))
    }
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /gatewright_contract_violations_total\{route="get",status="200"\} 9/)
  })

  test(`${lifecycle}: fallbacks, caches, redaction and checks see the JSON`, async (t) => {
    const broken = await startUpstream(t, (_request, res) => void res.writeHead(503).end())
    const up = await startUpstream(t, (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/xml', 'cache-control': 'max-age=60' }).end('<u><name>n</name><key>k</key></u>')
    })
    const User = z.object({ name: z.string(), key: z.string().optional().meta({ secret: true }) })
    const convert = { response: { format: 'xml', root: 'u' } } as const
    const working = upstream('working', { targets: [up.url] })
    const failing = upstream('failing', { targets: [broken.url] })
    const to = { method: 'GET', lifecycle, convert, responses: { 200: User } } as const
    const gateway = await startGateway(t, {
      cached: route({ ...to, path: '/cached', upstream: working, redactSecrets: true, use: { cache: cache({ ttl: '1m' }) } }),
      checked: route({ ...to, path: '/checked', upstream: working, validateResponse: 'warn' }),
      other: route({ ...to, path: '/other', upstream: failing, fallback: { upstream: working } }),
      reply: route({ ...to, path: '/reply', upstream: failing, fallback: { reply: { status: 200, body: { name: 'nobody' } } } }),
      mocked: route({ ...to, path: '/mocked', upstream: failing, use: { mock: mock({}) } }),
    })
    const get = async (path: string) => {
      const response = await fetch(gateway.url + path)
      t.regex(response.headers.get('content-type') ?? '', /^application\/json/)
      return response.json()
    }
    t.deepEqual(await get('/cached'), { name: 'n' })
    t.deepEqual(await get('/cached'), { name: 'n' })
    t.is(up.requests.length, 1)
    t.deepEqual(await get('/checked'), { name: 'n', key: 'k' })
    t.deepEqual(await get('/other'), { name: 'n', key: 'k' })
    t.deepEqual(await get('/reply'), { name: 'nobody' })
    t.true(User.safeParse(await get('/mocked')).success)
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    t.notRegex(metrics, /gatewright_contract_violations_total\{/)
  })
}

test('what a map returns that XML cannot hold is the gateway’s fault, but not its characters', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, {
    send: route({
      method: 'POST',
      path: '/',
      upstream: upstream('up', { targets: [up.url] }),
      body: z.object({ name: z.string(), text: z.string() }),
      convert: { request: { format: 'xml', root: 'a' } },
      mapRequest: ({ name, text }) => ({ [name]: text }),
    }),
  })
  const send = async (body: object) => (await fetch(gateway.url, { method: 'POST', headers: json, body: JSON.stringify(body) })).status
  t.is(await send({ name: 'b', text: 'x' }), 200)
  t.is(await send({ name: 'b c', text: 'x' }), 500)
  t.is(await send({ name: 'b', text: '\u0001' }), 400)
  t.is(up.requests.length, 1)
})

test('a body that may be missing is sent as nothing', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, {
    send: route({
      method: 'POST',
      path: '/',
      upstream: upstream('up', { targets: [up.url] }),
      body: z.object({ a: z.string() }).optional(),
      convert: { request: 'form' },
    }),
  })
  t.is((await fetch(gateway.url, { method: 'POST' })).status, 200)
  t.deepEqual([up.requests[0]?.body, up.requests[0]?.headers['content-type']], ['', undefined])
})
