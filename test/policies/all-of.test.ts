import test from 'ava'
import {
  allOf,
  anyOf,
  apiKey,
  basic,
  ConfigError,
  defineGateway,
  forwardAuth,
  introspection,
  jwt,
  optional,
  resolveGateway,
  route,
  upstream,
} from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { startAuthGateway } from '../helpers/auth-gateway.js'
import { startIssuer } from '../helpers/issuer.js'
import { hmac, makeSigningKey, rawToken } from '../helpers/tokens.js'

const NOW = 1_900_000_000
const SECRET = 'a secret that is long enough for HS256'
const claims = z.object({ sub: z.string() })
const { key, id, hash } = mintApiKey()
const unknown = mintApiKey().key
const user = jwt({ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims })
const device = jwt({ issuer: 'hs', audience: 'device', algorithms: ['HS256'], secret: SECRET, header: 'x-device', claims })
const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
const token = (more: object = {}) =>
  rawToken({ alg: 'HS256' }, { iss: 'hs', aud: 'api', sub: 'ann', exp: NOW + 100, ...more }, hmac(SECRET))
const bearer = (value: string) => ['Authorization', `Bearer ${value}`]
const both = ['X-Api-Key', key, ...bearer(token())]

const gateway = await startAuthGateway(allOf({ user, partner }))
test.after.always(() => gateway.close())

test('all are needed, and each is found under its name', async (t) => {
  const answer = await gateway.ask(both)
  t.is(answer.status, 200)
  t.like(answer.auth, { kind: 'allOf', user: { kind: 'jwt', claims: { sub: 'ann' } }, partner: { kind: 'apiKey', consumer: 'acme' } })
  t.true(answer.frozen)
  t.deepEqual([...answer.stripped].sort(), ['authorization', 'x-api-key'])
})

test('one of them alone is like none, and every kind is named', async (t) => {
  for (const headers of [[], ['X-Api-Key', key], bearer(token()), ['X-Api-Key', unknown], bearer('x')]) {
    const answer = await gateway.ask(headers)
    t.is(answer.code, 'UNAUTHENTICATED', String(headers))
    t.deepEqual(answer.challenges, ['Bearer', 'ApiKey header="x-api-key"'])
  }
})

test('the first that does not hold is the answer, and nothing of the others stays on the context', async (t) => {
  t.is((await gateway.ask(['X-Api-Key', unknown, ...bearer(token())])).detail, 'The API key is not known.')
  t.is((await gateway.ask(['X-Api-Key', key, ...bearer(token({ exp: 1 }))])).detail, 'The token has expired.')
  t.is((await gateway.ask(['X-Api-Key', unknown, ...bearer(token({ exp: 1 }))])).detail, 'The token has expired.')
})

test('known credentials are answered at once', async (t) => {
  await gateway.ask(both)
  t.true((await gateway.ask(both)).synchronous)
})

test('two tokens in two headers are verified one after the other and not mixed up', async (t) => {
  const gate = await startAuthGateway(allOf({ user, device }))
  for (let n = 0; n < 5; n += 1) {
    const headers = ['X-Device', token({ aud: 'device', sub: `phone${n}` }), ...bearer(token({ sub: `ann${n}` }))]
    const { auth } = await gate.ask(headers)
    t.deepEqual([auth.user.claims.sub, auth.device.claims.sub], [`ann${n}`, `phone${n}`])
  }
  await gate.close()
})

test('only what says `forward` is sent on', async (t) => {
  const sent = apiKey({ keys: [{ id, hash, consumer: 'acme' }], forward: true })
  const gate = await startAuthGateway(allOf({ user, sent }))
  t.deepEqual((await gate.ask(both)).stripped, ['authorization'])
  await gate.close()
})

test('anyOf inside allOf, and allOf inside anyOf, are every choice that they allow', async (t) => {
  const inside = await startAuthGateway(allOf({ caller: anyOf(user, partner), device }))
  const phone = ['X-Device', token({ aud: 'device', sub: 'phone' })]
  t.like((await inside.ask([...phone, ...bearer(token())])).auth, { caller: { kind: 'jwt' }, device: { claims: { sub: 'phone' } } })
  t.like((await inside.ask([...phone, 'X-Api-Key', key])).auth, { caller: { kind: 'apiKey' }, device: { claims: { sub: 'phone' } } })
  t.is((await inside.ask(both)).status, 401)
  await inside.close()
  const outside = await startAuthGateway(anyOf(allOf({ user, device }), partner))
  t.is((await outside.ask([...phone, ...bearer(token())])).auth.kind, 'allOf')
  t.is((await outside.ask(['X-Api-Key', key])).auth.kind, 'apiKey')
  t.is((await outside.ask(bearer(token()))).status, 401)
  await outside.close()
})

test('allOf inside allOf keeps its own names', async (t) => {
  const gate = await startAuthGateway(allOf({ pair: allOf({ user, device }), partner }))
  const { auth } = await gate.ask([...both, 'X-Device', token({ aud: 'device', sub: 'phone' })])
  t.like(auth, { kind: 'allOf', pair: { kind: 'allOf', user: { claims: { sub: 'ann' } }, device: { claims: { sub: 'phone' } } } })
  t.is(auth.partner.consumer, 'acme')
  await gate.close()
})

test('keys that cannot be fetched are 503, whatever the other credential', async (t) => {
  const signing = await makeSigningKey('RS256', 'a')
  const issuer = await startIssuer(signing)
  issuer.mood = 'error'
  const remote = jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256'], claims })
  const gate = await startAuthGateway(allOf({ remote, partner }))
  await gate.warmed()
  const headers = ['X-Api-Key', key, ...bearer(await issuer.sign(signing, { sub: 'ann', aud: 'api', exp: NOW + 100 }))]
  t.is((await gate.ask(headers)).code, 'AUTH_UNAVAILABLE')
  await Promise.all([gate.close(), issuer.close()])
})

const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
const resolve = (auth: never) =>
  resolveGateway(
    defineGateway({
      info: { title: 'T', version: '1' },
      routes: { any: route({ method: 'GET', path: '/', upstream: target, auth }) },
    }),
  )

test('one auth alone, the name `kind` and an optional part are config errors', (t) => {
  const codes = (auth: unknown) => t.throws(() => resolve(auth as never), { instanceOf: ConfigError })?.issues.map(({ code }) => code)
  t.deepEqual(codes(allOf({ user })), ['GW1002'])
  t.deepEqual(codes(allOf({ kind: user, partner } as never)), ['GW1002'])
  t.deepEqual(codes(allOf({ user: optional(user) as never, partner })), ['GW1302'])
  t.deepEqual(codes(anyOf(optional(user), partner)), ['GW1302'])
})

test('what callers can observe is every choice, its credentials together', (t) => {
  const [only] = resolve(allOf({ caller: anyOf(user, partner), device }) as never).routes
  const names = only?.effects().security.map((one) => [one.scheme, ...(one.with ?? []).map(({ scheme }) => scheme)])
  t.deepEqual(names, [
    ['jwt', 'jwt'],
    ['apiKey', 'jwt'],
  ])
})

const password = `$scrypt$ln=10,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
const hs = { audience: 'api', algorithms: ['HS256'] as const, secret: SECRET, claims }
const opaque = introspection({ endpoint: 'https://id.example', client: { id: 'a', secret: 'b' }, claims })
const staff = basic({ realm: 'Shop', users: [{ name: 'ada', password }] })
const decided = forwardAuth({ url: 'https://auth.example', headers: ['authorization'] })
const elsewhere = jwt({ issuer: 'other', ...hs })
const otherPrefix = apiKey({ prefix: 'other', keys: [{ id, hash, consumer: 'acme' }] })

test('parts that need different credentials in one header are a config error at the part that comes too late', (t) => {
  const found = (auth: unknown) =>
    t
      .throws(() => resolve(auth as never), { instanceOf: ConfigError })
      ?.issues.map(({ code, path, message }) => [code, path.join('.'), /`(.*)`/.exec(message)?.[1]])
  const at = (key: string, header = 'authorization') => [['GW1306', `routes.any.auth.${key}`, header]]
  t.deepEqual(found(allOf({ user, staff })), at('staff'))
  t.deepEqual(found(allOf({ staff, opaque })), at('opaque'))
  t.deepEqual(found(allOf({ user, elsewhere })), at('elsewhere'), 'one token has one issuer')
  t.deepEqual(found(allOf({ partner, device, otherPrefix })), at('otherPrefix', 'x-api-key'))
  t.deepEqual(found(allOf({ caller: anyOf(user, opaque), staff })), at('staff'))
  t.deepEqual(found(optional(allOf({ user, staff }))), at('0.staff'))
})

test('parts that one value may satisfy are none', (t) => {
  const second = jwt({
    issuers: ['hs', 'other'].map((issuer) => ({ issuer, secret: SECRET })),
    audience: 'api',
    algorithms: ['HS256'],
    claims,
  })
  for (const auth of [allOf({ user, opaque }), allOf({ user, second }), allOf({ staff, decided }), allOf({ user, device, partner })])
    t.notThrows(() => resolve(auth as never))
})

test('a choice that no request can satisfy is not declared', (t) => {
  const [only] = resolve(allOf({ caller: anyOf(user, partner), staff }) as never).routes
  t.deepEqual(
    only?.effects().security.map((one) => [one.scheme, ...(one.with ?? []).map(({ scheme }) => scheme)]),
    [['apiKey', 'basic']],
  )
})
