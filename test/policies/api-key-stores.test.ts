import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apiKey, ConfigError, defineGateway, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { ApiKeyRegistry } from '../../runtime/auth/api-key-registry.js'
import { openRedisKeys } from '../../runtime/auth/open-redis-keys.js'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { redisTest } from '../helpers/redis.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const metadata = z.object({ tier: z.enum(['gold', 'tin']) })
const recordOf = ({ id, hash }: { id: string; hash: string }, tier = 'gold') => ({ id, hash, consumer: 'acme', metadata: { tier } })

function keyFile(t: ExecutionContext, records: unknown): { path: string; write(records: unknown): void } {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'keys.json')
  const write = (given: unknown) => writeFileSync(path, typeof given === 'string' ? given : JSON.stringify(given))
  write(records)
  return { path, write }
}

async function until(met: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 50))
}

test('keys of a file are used beside those of the config; a change is noticed, a bad one keeps the last good', async (t) => {
  const [inConfig, first, second] = [mintApiKey(), mintApiKey(), mintApiKey()]
  const { path, write } = keyFile(t, [recordOf(first)])
  const auth = apiKey({ keys: [recordOf(inConfig) as never], store: { file: path }, metadata })
  const gateway = await startAuthGateway(auth)
  t.teardown(() => gateway.close())
  const ask = ({ key }: { key: string }) => gateway.ask(['X-Api-Key', key])
  t.is((await ask(inConfig)).status, 200)
  const answer = await ask(first)
  t.like(answer, { status: 200, synchronous: true, frozen: true })
  t.deepEqual(answer.auth, { kind: 'apiKey', keyId: first.id, consumer: 'acme', metadata: { tier: 'gold' } })
  t.is((await ask(second)).detail, 'The API key is not known.')
  write([recordOf(second, 'tin')])
  await until(async () => (await ask(second)).status === 200)
  t.is((await ask(first)).status, 401)
  for (const bad of ['[', '{}', [recordOf(first, 'lead')], [recordOf(first), recordOf(first)]]) {
    const reported = gateway.logged.length
    write(bad)
    await until(async () => (await ask(first)).status === 401 && gateway.logged.length > reported)
    t.is((await ask(second)).status, 200)
  }
  t.true(gateway.counted.some((line) => line.startsWith('gatewright_key_file_failures_total')))
})

test('a file that cannot be used is an error at load', async (t) => {
  const { path } = keyFile(t, '[{"id":"a"}]')
  for (const [file, message] of [
    [path, `${path}: 0.hash: Invalid input: expected string, received undefined`],
    [`${path}.none`, `cannot read ${path}.none: ENOENT`],
  ] as const) {
    const error = await t.throwsAsync(startAuthGateway(apiKey({ store: { file } })), { instanceOf: ConfigError })
    t.like(error?.issues[0], { code: 'GW1604', path: ['routes', 'any', 'auth', 'store', 'file'], message })
  }
})

test('a store in Redis needs one, and an auth without keys and store has no purpose', (t) => {
  const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
  const issues = (auth: ReturnType<typeof apiKey>) => {
    const routes = { any: route({ method: 'GET', path: '/', upstream: target, auth }) }
    const config = defineGateway({ info: { title: 'T', version: '1.0.0' }, routes })
    return t.throws(() => resolveGateway(config), { instanceOf: ConfigError })?.issues.map(({ code, message }) => [code, message])
  }
  t.deepEqual(issues(apiKey({ store: { redis: true } }) as never), [['GW1305', 'this keeps its state in Redis, and the gateway has none']])
  t.deepEqual(issues(apiKey({})), [['GW1002', 'expected the known keys, or a `store`']])
})

test('an expiring key says until when, in a header and a counter', async (t) => {
  const [old, fresh] = [mintApiKey(), mintApiKey()]
  const auth = apiKey({ keys: [{ ...recordOf(old), expires: '2030-02-01T00:00:00Z' }, recordOf(fresh)] as never, metadata })
  const gateway = await startAuthGateway(auth, manualClock(Date.parse('2030-01-01T00:00:00Z')))
  t.teardown(() => gateway.close())
  t.deepEqual((await gateway.ask(['X-Api-Key', old.key])).edits.response, ['api-key-expires: Fri, 01 Feb 2030 00:00:00 GMT'])
  t.deepEqual((await gateway.ask(['X-Api-Key', fresh.key])).edits.response, [])
  t.deepEqual(gateway.counted, ['gatewright_expiring_api_key_uses_total {"auth":"routes.any.auth"}'])
})

test('keys of a shared store are remembered, present or not, until they are changed or their time is over', async (t) => {
  const clock = manualClock()
  const gateway = await startAuthGateway(apiKey({ store: { redis: true, ttl: '30s' }, metadata }), clock)
  t.teardown(() => gateway.close())
  const registry = new ApiKeyRegistry(gateway.shared)
  const asked: string[] = []
  const { get } = gateway.shared
  gateway.shared.get = (key) => {
    asked.push(key)
    return get.call(gateway.shared, key)
  }
  const minted = mintApiKey()
  const ask = () => gateway.ask(['X-Api-Key', minted.key])
  t.is((await ask()).detail, 'The API key is not known.')
  t.true((await ask()).synchronous)
  await registry.add(recordOf(minted) as never)
  const found = await ask()
  t.like(found, { status: 200, synchronous: false, auth: { keyId: minted.id, metadata: { tier: 'gold' } } })
  t.true((await ask()).synchronous)
  clock.advance(30_000)
  t.false((await ask()).synchronous)
  await registry.expire(minted.id, new Date(clock.wall() + 5_000).toISOString())
  t.is((await ask()).edits.response.length, 1)
  clock.advance(5_000)
  t.is((await ask()).detail, 'The API key has expired.')
  await registry.revoke(minted.id)
  t.is((await ask()).detail, 'The API key is not known.')
  const together = mintApiKey()
  const before = asked.length
  await Promise.all(Array.from({ length: 10 }, () => gateway.ask(['X-Api-Key', together.key])))
  t.is(asked.length, before + 1)
})

test('a store that does not answer is a 503; keys that are remembered still hold', async (t) => {
  const gateway = await startAuthGateway(apiKey({ store: { redis: true }, metadata }))
  t.teardown(() => gateway.close())
  const minted = mintApiKey()
  await new ApiKeyRegistry(gateway.shared).add(recordOf(minted) as never)
  t.is((await gateway.ask(['X-Api-Key', minted.key])).status, 200)
  gateway.shared.get = () => Promise.reject(new Error('down'))
  t.is((await gateway.ask(['X-Api-Key', minted.key])).status, 200)
  const other = await gateway.ask(['X-Api-Key', mintApiKey().key])
  t.deepEqual([other.status, other.code, other.retryAfter], [503, 'AUTH_UNAVAILABLE', '1'])
})

for (const lifecycle of LANES)
  redisTest('any', `${lifecycle}: a key that is minted in Redis is accepted, and refused once it is revoked`, async (t, redis) => {
    const backend = await startUpstream(t)
    const target = upstream('target', { targets: [backend.url] })
    const auth = apiKey({ store: { redis: true }, metadata })
    const routes = { any: route({ method: 'GET', path: '/', upstream: target, auth, lifecycle }) }
    const gateway = await startGateway(t, routes, { redis: { url: redis.url, prefix: `keys-${lifecycle}` } })
    const opened = await openRedisKeys(redis.url, `keys-${lifecycle}`)
    t.truthy(opened)
    t.teardown(() => opened?.close())
    const minted = mintApiKey()
    const status = async () => (await fetch(gateway.url, { headers: { 'x-api-key': minted.key } })).status
    t.is(await status(), 401)
    await opened?.keys.add(recordOf(minted) as never)
    await until(async () => (await status()) === 200)
    await opened?.keys.revoke(minted.id)
    await until(async () => (await status()) === 401)
    t.is(backend.requests[0]?.headers['x-api-key'], undefined)
  })
