import test from 'ava'
import fc from 'fast-check'
import { type HeadersOptions, type HeaderValues, headers, ip, type Key, Problem } from 'gatewright'
import type { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { compileHeaders } from '../../runtime/policies/headers.js'
import { headersDefinition } from '../../sdk/policies/headers.js'
import { compileContext, edited, policyExchange } from './policy-exchange.js'

type Given = HeadersOptions<HeaderValues, HeaderValues, HeaderValues>

const claim = (read: (auth: { sub: unknown }) => unknown): Key<never, string> => ({
  label: 'jwt',
  read: (ctx: { auth: { sub: unknown } }) => read(ctx.auth) as string,
})
const sub = claim((auth) => auth.sub)

function compile(options: Given) {
  const { context, lines } = compileContext()
  return { policy: compileHeaders(headersDefinition.options.parse(headers(options).options), context), lines }
}

function run(options: Given, auth?: unknown, upstream: readonly (readonly [string, string])[] = []) {
  const { policy, lines } = compile(options)
  const exchange: GatewayExchange = policyExchange({ 'x-user': 'spoofed', cookie: 'a=b' })
  exchange.auth = auth
  policy.request?.(exchange)
  policy.response?.(exchange, 200)
  const request = edited(Object.entries(exchange.headers) as [string, string][], exchange.requestEdits)
  return { request: Object.fromEntries(request), response: edited(upstream, exchange.responseEdits), lines }
}

test('request headers are removed, set to texts, and set to what keys read', (t) => {
  const { request } = run({ request: { set: { 'X-Env': 'prod', 'x-user': sub, 'x-ip': ip }, remove: ['Cookie'] } }, { sub: 'u-1' })
  t.deepEqual(request, { 'x-env': 'prod', 'x-user': 'u-1', 'x-ip': '192.0.2.7' })
})

test('response headers are removed, replaced and added', (t) => {
  const { response } = run(
    { response: { set: { 'cache-control': 'no-store' }, add: { link: '</a>', 'x-who': sub }, remove: ['Server'] } },
    { sub: 7 },
    [
      ['server', 'x'],
      ['cache-control', 'public'],
      ['link', '</b>'],
    ],
  )
  t.deepEqual(response, [
    ['link', '</b>'],
    ['cache-control', 'no-store'],
    ['link', '</a>'],
    ['x-who', '7'],
  ])
})

for (const missing of [undefined, null])
  test(`a key that reads ${missing} removes the client’s own header instead of letting it pass`, (t) => {
    t.false('x-user' in run({ request: { set: { 'x-user': sub } } }, { sub: missing }).request)
  })

const unfit: unknown[] = ['a\r\nx-admin: 1', 'a\nb', 'a\u0000b', '日本', '😀', ' padded', 'padded ', ['a', 'b'], { a: 1 }, 'a\u007f']
for (const value of unfit)
  test(`a claim that is ${JSON.stringify(value)} is refused on the request and left out of the response`, (t) => {
    const error = t.throws(() => run({ request: { set: { 'x-user': sub } } }, { sub: value }), { instanceOf: Problem })
    t.is(error?.code, 'BAD_REQUEST')
    t.false(error?.detail?.includes('x-user'), 'the upstream’s header names are nobody’s business')
    const { response, lines } = run({ response: { set: { 'x-user': sub }, add: { 'x-more': sub, 'x-ok': 'yes' } } }, { sub: value }, [
      ['x-user', 'upstream'],
    ])
    t.deepEqual(response, [['x-ok', 'yes']])
    t.deepEqual(
      lines.map(({ level, header }) => [level, header]),
      [
        [40, 'x-user'],
        [40, 'x-more'],
      ],
    )
    t.false(JSON.stringify(lines).includes('x-admin'), 'the value is the caller’s and stays out of the log')
  })

test('Latin-1 is sent as it is', (t) => {
  t.is(run({ request: { set: { 'x-user': sub } } }, { sub: 'café' }).request['x-user'], 'café')
})

test('whatever a claim is, a request header gets one line of it or the request is refused', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string({ unit: fc.constantFrom('a', '\r', '\n', ' ', 'é') })),
      (value) => {
        try {
          const sent = run({ request: { set: { 'x-user': sub } } }, { sub: value }).request['x-user'] as string
          t.is(sent, value)
          t.notRegex(sent, /[^\t\x20-\x7e\x80-\xff]/)
        } catch (error) {
          t.true(error instanceof Problem)
        }
      },
    ),
  )
})

test('a key that fails because the request was refused before its auth costs only that header, without a warning', (t) => {
  const { policy, lines } = compile({ response: { set: { 'x-user': sub, 'x-ok': 'yes' } } })
  const exchange = policyExchange()
  policy.response?.(exchange, 401)
  t.deepEqual(edited([['x-user', 'upstream']], exchange.responseEdits), [['x-ok', 'yes']])
  t.deepEqual(
    lines.map(({ level }) => level),
    [20],
  )
})

test('a key that throws on a response is logged and costs only that header', (t) => {
  const broken = claim(() => {
    throw new TypeError('broken key')
  })
  const { response, lines } = run({ response: { set: { 'x-a': broken }, add: { 'x-b': broken, 'x-ok': 'yes' } } }, { sub: 'u-1' })
  t.deepEqual(response, [['x-ok', 'yes']])
  t.deepEqual(
    lines.map(({ level, header }) => [level, header]),
    [
      [40, 'x-a'],
      [40, 'x-b'],
    ],
  )
})

test('a side without edits has no step', (t) => {
  t.deepEqual(Object.keys(compile({}).policy), [])
  t.deepEqual(Object.keys(compile({ request: { set: { a: 'b' } } }).policy), ['request'])
  t.deepEqual(Object.keys(compile({ response: { remove: ['server'] } }).policy), ['response'])
})

const refused: [object, string][] = [
  [{ request: { set: { 'content-length': '1' } } }, 'content-length'],
  [{ request: { set: { Host: 'x' } } }, 'Host'],
  [{ response: { remove: ['transfer-encoding'] } }, '0'],
  [{ request: { set: { 'x y': '1' } } }, 'x y'],
  [{ request: { set: { 'x-a': 'a\nb' } } }, 'x-a'],
  [{ request: { set: { 'x-a': '日本' } } }, 'x-a'],
  [{ request: { set: { 'x-a': ' a' } } }, 'x-a'],
  [{ request: { set: { 'x-a': 1 } } }, 'x-a'],
]
for (const [options, key] of refused)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    const { error } = headersDefinition.options.safeParse(options)
    t.is(String(error?.issues[0]?.path.at(-1)), key)
  })

test('the declared effects name every header that the response step sets or adds', (t) => {
  const settings = headersDefinition.options.parse({ response: { set: { 'X-A': 'a' }, add: { 'x-b': ip }, remove: ['server'] } })
  t.deepEqual(
    headersDefinition.effects(settings).headers?.map(({ name }) => name),
    ['x-a', 'x-b'],
  )
})
