import test from 'ava'
import fc from 'fast-check'
import { type CorsOptions, type CorsOrigins, cors, type Reply } from 'gatewright'
import { compileCors } from '../../runtime/policies/cors.js'
import { type CorsSettings, corsDefinition } from '../../sdk/policies/cors.js'
import { compileContext, edited, policyExchange } from './policy-exchange.js'

const SHOP = 'https://shop.example.org'
const compile = (options: CorsOptions<CorsOrigins>) =>
  compileCors(corsDefinition.options.parse(cors(options).options), compileContext().context)

function preflight(options: CorsOptions<CorsOrigins>, headers: Record<string, string>, methods: readonly string[] = ['GET', 'PUT']) {
  const exchange = policyExchange({ origin: SHOP, 'access-control-request-method': 'PUT', ...headers }, 'OPTIONS')
  exchange.preflight = true
  exchange.allowedMethods = methods
  const policy = compile(options)
  const reply = policy.request?.(exchange) as Reply
  policy.response?.(exchange, reply.status)
  const lines = reply.headers.flatMap((name, index) => (index % 2 === 0 ? [[name, reply.headers[index + 1] as string] as const] : []))
  return { status: reply.status, body: reply.body, headers: Object.fromEntries(edited(lines, exchange.responseEdits)), lines }
}

function respond(
  options: CorsOptions<CorsOrigins>,
  origin: string | undefined,
  upstream: readonly (readonly [string, string])[] = [],
  status = 200,
) {
  const exchange = policyExchange(origin === undefined ? {} : { origin })
  const policy = compile(options)
  const early = policy.request?.(exchange)
  policy.response?.(exchange, status)
  return { early, lines: edited(upstream, exchange.responseEdits) }
}

const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

test('a preflight is answered with 204, the exact origin, the path’s methods and the headers asked for', (t) => {
  const { status, body, headers } = preflight({ origins: [SHOP] }, { 'access-control-request-headers': 'content-type,x-trace' })
  t.is(status, 204)
  t.is(body, undefined)
  t.deepEqual(headers, {
    'access-control-allow-origin': SHOP,
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'content-type, x-trace',
    'access-control-max-age': '600',
    vary: PREFLIGHT_VARY,
  })
})

test('a preflight names the configured headers, credentials and age', (t) => {
  const { headers } = preflight(
    { origins: [SHOP], credentials: true, requestHeaders: ['Content-Type', 'X-Trace'], maxAge: '90s' },
    { 'access-control-request-headers': 'x-other' },
  )
  t.is(headers['access-control-allow-headers'], 'content-type, x-trace')
  t.is(headers['access-control-allow-credentials'], 'true')
  t.is(headers['access-control-max-age'], '90')
})

test('a preflight that asks for no headers is told of none', (t) => {
  t.false('access-control-allow-headers' in preflight({ origins: '*' }, {}).headers)
  t.false(
    'access-control-allow-headers' in preflight({ origins: '*', requestHeaders: [] }, { 'access-control-request-headers': 'a' }).headers,
  )
})

test('a preflight on a route for any method is told the one that it asks for', (t) => {
  t.is(
    preflight({ origins: '*' }, { 'access-control-request-method': 'PURGE' }, ['GET', '*']).headers['access-control-allow-methods'],
    'PURGE',
  )
  t.false('access-control-allow-methods' in preflight({ origins: '*' }, { 'access-control-request-method': 'a b' }, ['*']).headers)
})

test('what a preflight asks for comes back only as header names', (t) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('x-a', 'b\r\nset-cookie: x', '<script>', ' c '))), (asked) => {
      const echoed = preflight({ origins: '*' }, { 'access-control-request-headers': asked.join(',') }).headers[
        'access-control-allow-headers'
      ]
      for (const name of echoed?.split(', ') ?? []) t.regex(name, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
    }),
  )
})

test('a preflight from an origin that is not allowed gets 204 with nothing but Vary', (t) => {
  const { status, headers } = preflight({ origins: [SHOP], credentials: true }, { origin: 'https://evil.example' })
  t.is(status, 204)
  t.deepEqual(headers, { vary: PREFLIGHT_VARY })
})

test('any origin is answered with *', (t) => {
  t.is(preflight({ origins: '*' }, { origin: 'https://anyone.example' }).headers['access-control-allow-origin'], '*')
  t.true(respond({ origins: '*' }, 'https://anyone.example').lines.some(([name, value]) => name.endsWith('allow-origin') && value === '*'))
})

test('a response carries the origin, what scripts may read, and Vary beside the upstream’s', (t) => {
  const { early, lines } = respond({ origins: [SHOP], credentials: true, exposeHeaders: ['X-Total', 'etag'] }, SHOP, [['vary', 'Accept']])
  t.is(early, undefined)
  t.deepEqual(lines, [
    ['vary', 'Accept'],
    ['access-control-allow-origin', SHOP],
    ['access-control-allow-credentials', 'true'],
    ['access-control-expose-headers', 'x-total, etag'],
    ['vary', 'Origin'],
  ])
})

test('problems are readable by scripts too', (t) => {
  t.true(
    respond({ origins: [SHOP] }, SHOP, [], 429).lines.some(([name, value]) => name === 'access-control-allow-origin' && value === SHOP),
  )
})

const upstreamSays = [
  ['access-control-allow-origin', '*'],
  ['access-control-allow-credentials', 'true'],
  ['access-control-expose-headers', '*'],
  ['access-control-allow-methods', 'DELETE'],
  ['access-control-allow-headers', '*'],
  ['access-control-max-age', '9'],
] as const

test('the upstream’s own CORS headers never reach the client', (t) => {
  t.deepEqual(respond({ origins: [SHOP], exposeHeaders: [] }, SHOP, upstreamSays).lines, [
    ['access-control-allow-origin', SHOP],
    ['vary', 'Origin'],
  ])
  t.deepEqual(respond({ origins: [SHOP] }, 'https://evil.example', upstreamSays).lines, [['vary', 'Origin']])
  t.deepEqual(respond({ origins: [SHOP] }, undefined, upstreamSays).lines, [['vary', 'Origin']])
})

for (const origin of [
  'null',
  'https://evil.example',
  'https://shop.example.org.evil.example',
  'https://evilshop.example.org',
  'https://SHOP.example.org',
  'https://shop.example.org:8443',
  'http://shop.example.org',
  `${SHOP}/`,
  `${SHOP}, ${SHOP}`,
  '',
])
  test(`the origin ${JSON.stringify(origin)} is not taken for ${SHOP}`, (t) => {
    t.deepEqual(respond({ origins: [SHOP], credentials: true }, origin).lines, [['vary', 'Origin']])
    t.deepEqual(preflight({ origins: [SHOP] }, { origin }).headers, { vary: PREFLIGHT_VARY })
  })

test('null is allowed only where it is listed', (t) => {
  t.deepEqual(respond({ origins: ['null'], exposeHeaders: [] }, 'null').lines, [
    ['access-control-allow-origin', 'null'],
    ['vary', 'Origin'],
  ])
})

test('no origin outside the list is ever reflected', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.constant(`${SHOP}.`)), (origin) => {
      fc.pre(origin !== SHOP)
      t.deepEqual(respond({ origins: [SHOP] }, origin).lines, [['vary', 'Origin']])
    }),
  )
})

const refused: [unknown, string][] = [
  [{ origins: '*', credentials: true }, 'credentials'],
  [{ origins: [] }, 'origins'],
  [{ origins: ['https://shop.example.org/'] }, 'origins'],
  [{ origins: ['https://Shop.example.org'] }, 'origins'],
  [{ origins: ['https://shop.example.org:443'] }, 'origins'],
  [{ origins: ['*.example.org'] }, 'origins'],
  [{ origins: '*', requestHeaders: ['x y'] }, 'requestHeaders'],
  [{ origins: '*', maxAge: '10' }, 'maxAge'],
]
for (const [options, key] of refused)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    const { error } = corsDefinition.options.safeParse(options)
    t.is(error?.issues[0]?.path[0], key)
  })

test('the declared effects name every header that the response step sets', (t) => {
  const settings: CorsSettings = corsDefinition.options.parse({ origins: [SHOP], credentials: true })
  const declared = corsDefinition.effects(settings).headers?.map(({ name }) => name.toLowerCase())
  const sent = respond({ origins: [SHOP], credentials: true }, SHOP).lines.map(([name]) => name)
  t.deepEqual([...sent].sort(), [...(declared ?? [])].sort())
})
