import test from 'ava'
import { jwt, route, upstream } from 'gatewright'
import { z } from 'zod'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { redisTest } from '../helpers/redis.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { hmac, rawToken } from '../helpers/tokens.js'

const SECRET = 'a secret that is long enough for HS256'
const claims = z.object({ sub: z.string() })
const revocable = (by: 'jti' | 'sub' | ('jti' | 'sub' | 'iat')[]) =>
  jwt({ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims, revocation: { by } })
const tokenAt = (now: number, more: object = {}) =>
  rawToken({ alg: 'HS256' }, { iss: 'hs', aud: 'api', sub: 'ann', iat: now, exp: now + 600, jti: 't1', ...more }, hmac(SECRET))
const seconds = () => Math.floor(Date.now() / 1_000)

for (const lifecycle of LANES)
  test(`${lifecycle}: J-22: a revoked token is 401 from the next request on, though it was verified before`, async (t) => {
    const server = await startUpstream(t)
    const target = upstream('target', { targets: [server.url] })
    const any = route({ method: '*', path: '/', upstream: target, auth: revocable(['jti', 'sub', 'iat']), lifecycle })
    const gateway = await startGateway(t, { any })
    const now = seconds() - 5
    const status = async (more: object) => {
      const response = await fetch(gateway.url, { headers: { authorization: `Bearer ${tokenAt(now, more)}` } })
      return response.ok ? 200 : ((await response.json()) as { detail: string }).detail
    }
    const revoke = async (body: object) =>
      (
        await fetch(`${gateway.adminUrl}/revocations`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).status
    t.is(await status({}), 200)
    t.is(await revoke({ issuer: 'hs', jti: 't1' }), 204)
    t.is(await status({}), 'The token has been revoked.')
    t.is(await status({ jti: 't2' }), 200)
    t.is(await revoke({ issuer: 'hs', sub: 'ann', before: now }), 204)
    t.is(await status({ jti: 't2' }), 'The token has been revoked.')
    t.is(await status({ jti: 't3', iat: now + 1 }), 200)
    t.is(await status({ jti: 't4', sub: 'bob' }), 200)
    await gateway.revoke({ issuer: 'hs', before: now })
    t.is(await status({ jti: 't4', sub: 'bob' }), 'The token has been revoked.')
    t.is(await status({ jti: 't5', sub: 'bob', iat: now + 1 }), 200)
  })

redisTest('any', 'J-22: gateways that share a Redis share revocations, also with one that starts later', async (t, redis) => {
  const server = await startUpstream(t)
  const target = upstream('target', { targets: [server.url] })
  const options = { redis: { url: redis.url, prefix: `test-${process.pid}-${Date.now()}` } }
  const start = () =>
    startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth: revocable(['jti', 'sub']) }) }, options)
  const [one, two] = await Promise.all([start(), start()])
  const now = seconds() - 5
  const status = async ({ url }: { readonly url: string }, jti: string) =>
    (await fetch(url, { headers: { authorization: `Bearer ${tokenAt(now, { jti })}` } })).status
  t.deepEqual([await status(one, 'a'), await status(two, 'a')], [200, 200])
  await one.revoke({ issuer: 'hs', jti: 'a' })
  t.is(await status(one, 'a'), 401)
  for (const end = Date.now() + 20_000; (await status(two, 'a')) === 200 && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5))
  t.is(await status(two, 'a'), 401)
  t.is(await status(two, 'b'), 200)
  t.is(await status(await start(), 'a'), 401)
})

test('the admin listener takes nothing but a JSON revocation by POST', async (t) => {
  const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth: revocable('jti') }) })
  const at = `${gateway.adminUrl}/revocations`
  const status = async (init?: RequestInit) => (await fetch(at, init)).status
  const json = { 'content-type': 'application/json' }
  t.is(await status(), 405)
  t.is(await status({ method: 'POST', body: '{"issuer":"hs","jti":"a"}' }), 415, 'what a page in a browser could send')
  t.is(await status({ method: 'POST', headers: json, body: '{' }), 400)
  t.is(await status({ method: 'POST', headers: json, body: '{"jti":"a"}' }), 400)
  t.is(await status({ method: 'POST', headers: json, body: JSON.stringify({ issuer: 'x'.repeat(70_000) }) }), 413)
  const sent = (body: object) => status({ method: 'POST', headers: json, body: JSON.stringify({ issuer: 'hs', ...body }) })
  t.is(await sent({ before: Date.now() }), 400, 'milliseconds would refuse every token to come')
  t.is(await sent({ keep: '99999999999d' }), 400, 'longer than Redis can count')
  t.is(await sent({ before: seconds(), keep: '3650d' }), 204)
  const explained = await fetch(at, { method: 'POST', headers: json, body: '{"issuer":"hs","jit":"a"}' })
  t.regex(await explained.text(), /Unrecognized key: "jit"/)
})

test('a token without the claims to be revoked by is refused', async (t) => {
  const clock = manualClock()
  const now = clock.wall() / 1_000
  const gate = await startAuthGateway(revocable(['jti', 'sub']), clock)
  await gate.warmed()
  t.is((await gate.bearer(tokenAt(now))).status, 200)
  for (const more of [{ jti: undefined }, { jti: 7 }, { iat: undefined }])
    t.is((await gate.bearer(tokenAt(now, more))).detail, 'The claims of the token are not the expected ones.', JSON.stringify(more))
  t.true((await gate.bearer(tokenAt(now))).synchronous, 'asking the list takes no promise')
  await gate.close()
})

test('an auth that does not look at revocations is not affected', async (t) => {
  const clock = manualClock()
  const now = clock.wall() / 1_000
  const gate = await startAuthGateway(jwt({ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims }), clock)
  await gate.revocations.add({ key: '["jti","hs","t1"]', before: Number.MAX_SAFE_INTEGER, until: clock.wall() + 1_000 })
  t.is((await gate.bearer(tokenAt(now))).status, 200)
  await gate.close()
})
