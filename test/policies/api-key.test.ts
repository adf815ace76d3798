import test from 'ava'
import { type AnyAuth, type ApiKeyRecord, apiKey, ConfigError, defineGateway, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { type AuthAnswer, manualClock, startAuthGateway } from '../helpers/auth-gateway.js'

const clock = manualClock(Date.parse('2030-01-01T00:00:00Z'))
const live = mintApiKey()
const old = mintApiKey()
const record = ({ id, hash }: { id: string; hash: string }, more: Partial<ApiKeyRecord<{ tier: string }>> = {}) => ({
  id,
  hash,
  consumer: 'acme',
  metadata: { tier: 'gold' },
  ...more,
})
const partner = apiKey({
  keys: [record(live), record(old, { expires: '2030-01-01T01:00:00+00:30' })],
  metadata: z.object({ tier: z.string().transform((tier) => tier.toUpperCase()) }),
})
const gateway = await startAuthGateway(partner, clock)
test.after.always(() => gateway.close())

const send = (key: string) => gateway.ask(['X-Api-Key', key])
const seen = ({ status, code, detail, challenges }: AuthAnswer) => ({ status, code, detail, challenges })
const refused = (detail: string) => ({ status: 401, code: 'INVALID_CREDENTIALS', detail, challenges: ['ApiKey header="x-api-key"'] })

test('a known key gives its id, consumer and parsed metadata, at once, and is stripped', async (t) => {
  const answer = await send(live.key)
  t.deepEqual(answer.auth, { kind: 'apiKey', keyId: live.id, consumer: 'acme', metadata: { tier: 'GOLD' } })
  t.deepEqual(answer.stripped, ['x-api-key'])
  t.true(answer.synchronous)
  t.true(answer.frozen)
})

test('no key is answered with the challenge', async (t) => {
  for (const headers of [[], ['X-Api-Key', ''], ['Authorization', live.key]]) {
    const answer = await gateway.ask(headers)
    t.is(answer.code, 'UNAUTHENTICATED')
    t.deepEqual(answer.challenges, ['ApiKey header="x-api-key"'])
  }
})

test('a key with a wrong prefix, length, character or checksum is malformed', async (t) => {
  const { key } = live
  const flipped = `${key.slice(0, 9)}${key[9] === 'a' ? 'b' : 'a'}${key.slice(10)}`
  for (const wrong of [`x${key}`, key.slice(1), `${key}0`, key.slice(0, -1), flipped, key.replace('gw_', 'gv_'), `${key}, ${key}`, 'x'])
    t.deepEqual(seen(await send(wrong)), refused('The API key is malformed.'), wrong)
})

test('a well-formed key that was never issued here is not known', async (t) => {
  t.deepEqual(seen(await send(mintApiKey().key)), refused('The API key is not known.'))
  t.deepEqual(seen(await send(mintApiKey('other').key)), refused('The API key is malformed.'))
})

test('a key is refused from the moment it expires', async (t) => {
  const own = manualClock(Date.parse('2030-01-01T00:29:59.999Z'))
  const gate = await startAuthGateway(partner, own)
  t.is((await gate.ask(['x-api-key', old.key])).status, 200)
  own.step(1)
  t.deepEqual(seen(await gate.ask(['x-api-key', old.key])), refused('The API key has expired.'))
  t.is((await gate.ask(['x-api-key', live.key])).status, 200)
  await gate.close()
})

test('another prefix and header are used as configured', async (t) => {
  const minted = mintApiKey('shop')
  const gate = await startAuthGateway(
    apiKey({ prefix: 'shop', header: 'Authorization', keys: [{ ...minted, key: undefined } as never] }),
    clock,
  ).catch((error: unknown) => error as ConfigError)
  t.true(gate instanceof ConfigError, 'unknown keys of a record are refused')
  const { id, hash } = minted
  const real = await startAuthGateway(
    apiKey({ prefix: 'shop', header: 'Authorization', keys: [{ id, hash, consumer: 'c' }], forward: true }),
    clock,
  )
  const answer = await real.ask(['authorization', minted.key])
  t.deepEqual(answer.auth, { kind: 'apiKey', keyId: id, consumer: 'c' })
  t.deepEqual(answer.stripped, [])
  t.is((await real.ask(['authorization', `Basic ${minted.key}`])).code, 'UNAUTHENTICATED')
  await real.close()
})

const issuesOf = (auth: AnyAuth) => {
  const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
  const routes = { any: route({ method: 'GET', path: '/', upstream: target, auth }) }
  try {
    resolveGateway(defineGateway({ info: { title: 'Keys', version: '1.0.0' }, routes }))
    return []
  } catch (error) {
    return (error as ConfigError).issues.map(({ code, path, message, origin }) => [code, path.join('.'), message, origin?.path.join('.')])
  }
}

test('metadata is checked when the gateway loads, at its place', (t) => {
  const metadata = z.strictObject({ tier: z.enum(['gold', 'tin']), seats: z.number() })
  const keys = [
    { ...record(live), metadata: { tier: 'gold', seats: 'many' } },
    { id: 'none', hash: old.hash, consumer: 'x' },
  ]
  t.deepEqual(issuesOf(apiKey({ keys: keys as never, metadata })), [
    ['GW1002', 'routes.any.auth.keys.0.metadata.seats', 'expected number, received string', 'keys.0.metadata.seats'],
    ['GW1002', 'routes.any.auth.keys.1.metadata', 'expected object, received undefined', 'keys.1.metadata'],
  ])
  t.deepEqual(issuesOf(apiKey({ keys: [record(live)] as never })), [
    ['GW1002', 'routes.any.auth.keys.0.metadata', 'expected a schema for it in `metadata`', 'keys.0.metadata'],
  ])
})

test('two keys with one id or one hash are refused when the gateway loads', (t) => {
  const twin = { id: live.id, hash: live.hash, consumer: 'b' }
  t.deepEqual(issuesOf(apiKey({ keys: [{ ...twin, consumer: 'a' }, twin] })), [
    ['GW1002', 'routes.any.auth.keys.1.id', `another key has the id "${live.id}"`, 'keys.1.id'],
    ['GW1002', 'routes.any.auth.keys.1.hash', 'another key has the same hash', 'keys.1.hash'],
  ])
})
