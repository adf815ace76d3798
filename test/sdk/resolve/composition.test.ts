import test from 'ava'
import { bodyOf, cache, call, compose, derive, each, ip, type Part, param, partErrors, route, upstream } from 'gatewright'
import { z } from 'zod'
import { documentOf } from '../../helpers/document-of.js'
import { issuesOf, users } from './resolve.js'

const home = (value: unknown, more: object = {}) =>
  issuesOf({ home: route({ method: 'GET', path: '/home/{id}', compose: value as never, ...more }) }).map(
    ({ code, message }) => `${code} ${message}`,
  )
const text = call(users, { path: '/t', response: z.string() })

test('a composition is sound, or says what is wrong', (t) => {
  t.deepEqual(home(compose({ text, own: call(users, { path: '/t/{id}', response: z.string() }) })), [])
  t.deepEqual(home({}), ['GW1380 expected a composition'])
  t.deepEqual(home(compose({ text }), { upstream: users, stripPrefix: '/home' }), [
    'GW1380 a composed route cannot have `upstream`',
    'GW1380 a composed route cannot have `stripPrefix`',
  ])
  t.deepEqual(home(compose({ text }), { use: { stored: cache({ public: true }) } }), ['GW1380 a composed route cannot have a `cache`'])
  t.deepEqual(home(compose({ id: param('id') }), { responses: { 200: z.unknown() } }), ['GW1380 a composition has at least one call'])
  t.deepEqual(home(compose({ text, other: 'text' as never })), ['GW1380 expected a part or a key'])
  t.deepEqual(home(compose({ a: call(users, { path: '/{name}', response: z.string() }) } as never)), [
    'GW1380 {name} is not a parameter of the route',
  ])
  t.deepEqual(
    home(compose({ a: call(users, { path: '/a', needs: { n: param('name'), b: bodyOf(z.string()) }, response: z.string() }) } as never)),
    ['GW1380 reads {name}, which is not a parameter of the route', 'GW1380 reads the body, for which the route has no schema'],
  )
  t.deepEqual(home(compose({ a: call(users, { path: '/a', response: z.string(), timout: '1s' } as never) })), [
    'GW1003 unknown key `timout`',
  ])
  t.deepEqual(home(compose({ a: call(users, { path: '/a', response: z.string(), fallback: 1 as never }) })), [
    'GW1381 Invalid input: expected string, received number',
  ])
  t.deepEqual(home(compose({ n: derive({ text }, ({ text }) => text.length) })), [
    'GW1382 `responses` does not declare what 200 looks like',
  ])
})

test('a cache or a mirror that is shared with a composed route declares nothing on it', (t) => {
  const { paths } = documentOf(
    {
      home: route({ method: 'GET', path: '/home', compose: compose({ text }) }),
      plain: route({ method: 'GET', path: '/plain', upstream: users, responses: { 200: z.string() } }),
    },
    { use: { stored: cache({ public: true }) } },
  )
  const statuses = (path: string) => Object.keys(paths?.[path]?.get?.responses ?? {})
  t.true(statuses('/plain').includes('304'))
  t.false(statuses('/home').includes('304'))
})

test('what a call says of retries and keys has to have an effect', (t) => {
  const keyed = upstream('keyed', { targets: ['http://127.0.0.1:1'], balance: 'consistent-hash' })
  const t1 = (to: typeof users | typeof keyed, more: object) => compose({ a: call(to, { path: '/a', response: z.string(), ...more }) })
  t.deepEqual(home(t1(keyed, {})), ['GW1320 the upstream "keyed" balances by a key, and there is no `affinity`'])
  t.deepEqual(home(t1(keyed, {}), { affinity: ip }), [])
  t.deepEqual(home(t1(keyed, { affinity: () => 'x' })), [])
  t.deepEqual(home(t1(users, { affinity: () => 'x' })), ['GW1321 the upstream "users" has `balance: "round-robin"`, which takes no key'])
  t.deepEqual(home(t1(users, {}), { affinity: ip }), ['GW1321 the upstream "users" has `balance: "round-robin"`, which takes no key'])
  t.deepEqual(home(compose({ a: text, b: call(keyed, { path: '/b', response: z.string() }) }), { affinity: ip }), [])
  const retry = { attempts: 2, perTry: '1s', backoff: { base: '1ms', max: '1ms' } }
  t.deepEqual(home(t1(users, { retry, timeout: '4s' })), [])
  const late = (ms: number) => [
    `GW1350 3 attempts of 1000 ms and the waits between them take up to 3002 ms, and \`timeouts.total\` is ${ms} ms`,
  ]
  t.deepEqual(home(t1(users, { retry, timeout: '2s' })), late(2_000))
  t.deepEqual(home(t1(users, { timeout: '2s' }), { retry }), late(2_000))
  t.deepEqual(home(t1(users, { retry }), { timeouts: { total: '1s' } }), late(1_000))
  t.deepEqual(home(t1(users, { retry: {}, method: 'POST' })), ['GW1352 a POST request is not idempotent and is not sent twice'])
  t.deepEqual(home(t1(users, { retry: { nonIdempotent: 'with-key' }, method: 'POST' })), [])
  t.deepEqual(home(t1(users, { method: 'POST' }), { retry: {} }), [])
  t.deepEqual(home(t1(users, {}), { fallback: { upstream: keyed } }).slice(0, 1), [
    'GW1380 a composed route cannot fall back to another upstream',
  ])
})

test('an element of a list is there for the call of its `each` alone', (t) => {
  const list = call(users, { path: '/list', response: z.array(z.string()) })
  let leaked: Part<unknown, string, false> | undefined
  const items = each(list, (item) => {
    leaked = item
    return call(users, { path: '/i/{item}', needs: { item }, params: ({ item }) => ({ item }), response: z.string() })
  })
  t.deepEqual(home(compose({ items })), [])
  const other = call(users, { path: '/a', needs: { item: leaked as Part<unknown, string, false> }, response: z.string() })
  t.deepEqual(home(compose({ other })), ['GW1380 an element of a list is only there for the call of its `each`'])
})

test('OpenAPI has what the parts declare, with the errors of those that may be missing', (t) => {
  const picks = call(users, { path: '/p', response: z.array(z.string()), optional: true })
  const document = documentOf({ home: route({ method: 'GET', path: '/home', compose: compose({ text, picks }, { partialStatus: 207 }) }) })
  const { responses } = document.paths['/home'].get
  t.deepEqual(Object.keys(responses), ['200', '207', '400', '500', '502', '504'])
  const schema = responses[200].content['application/json'].schema
  t.deepEqual(schema.required, ['text', 'picks'])
  t.deepEqual(schema.properties.errors.items.properties.part.enum, ['picks'])
  t.true(schema.properties.errors.items.properties.code.enum.includes('UPSTREAM_TIMED_OUT'))
  t.true(partErrors('picks').safeParse([{ part: 'picks', code: 'UPSTREAM_TIMED_OUT', status: 504 }]).success)
})
