import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import { apiKey, ConfigError, internalToken, jwt, type Policy, route, upstream } from 'gatewright'
import { createGateway } from 'gatewright/runtime'
import { importSPKI, jwtVerify } from 'jose'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { compileInternalToken } from '../../runtime/policies/internal-token.js'
import { defineGateway } from '../../sdk/index.js'
import { internalTokenDefinition } from '../../sdk/policies/internal-token.js'
import { manualClock } from '../helpers/auth-gateway.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { hmac, rawToken } from '../helpers/tokens.js'
import { compileContext, policyExchange } from './policy-exchange.js'

const SECRET = 'a secret that is long enough for HS256'
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const spki = publicKey.export({ type: 'spki', format: 'pem' }) as string
const session = jwt({ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims: z.object({ sub: z.string() }) })
const claims = session.key((auth) => ({ sub: auth.claims.sub, tenant: 7 }))

for (const lifecycle of LANES) {
  test(`${lifecycle}: the upstream gets a token of the gateway's instead of the caller's`, async (t) => {
    const server = await startUpstream(t)
    const target = upstream('target', { targets: [server.url] })
    const identity = internalToken({ claims, issuer: 'gateway', audience: 'orders', key: pem, keyId: 'k1', ttl: '30s' })
    const gateway = await startGateway(t, {
      any: route({ method: 'GET', path: '/', upstream: target, auth: session, use: { identity }, lifecycle }),
    })
    const now = Math.floor(Date.now() / 1_000)
    const theirs = rawToken({ alg: 'HS256' }, { iss: 'hs', aud: 'api', sub: 'ann', exp: now + 600 }, hmac(SECRET))
    for (let n = 0; n < 3; n += 1) t.is((await fetch(gateway.url, { headers: { authorization: `Bearer ${theirs}` } })).status, 200)
    const sent = server.requests.map(({ headers }) => headers.authorization ?? '')
    t.false(sent.some((value) => value.includes(theirs)))
    const { payload, protectedHeader } = await jwtVerify(sent[2]?.slice('Bearer '.length) as string, await importSPKI(spki, 'ES256'), {
      issuer: 'gateway',
      audience: 'orders',
      requiredClaims: ['iat', 'exp'],
    })
    t.deepEqual(protectedHeader, { alg: 'ES256', typ: 'JWT', kid: 'k1' })
    t.like(payload, { sub: 'ann', tenant: 7 })
    t.is((payload.exp as number) - (payload.iat as number), 30)
    t.is(sent[1], sent[2], 'one token serves a caller for a while')
  })

  test(`${lifecycle}: in a header of its own the client's is replaced`, async (t) => {
    const { key, id, hash } = mintApiKey()
    const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
    const server = await startUpstream(t)
    const target = upstream('target', { targets: [server.url] })
    const identity = internalToken({
      claims: partner.key((auth) => ({ sub: auth.consumer })),
      ...{ issuer: 'gateway', audience: 'orders', algorithm: 'HS256', key: SECRET, header: 'X-Identity' },
    })
    const gateway = await startGateway(t, {
      any: route({ method: 'GET', path: '/', upstream: target, auth: partner, use: { identity }, lifecycle }),
    })
    await fetch(gateway.url, { headers: { 'x-api-key': key, 'x-identity': 'forged' } })
    const sent = String(server.requests[0]?.headers['x-identity'])
    t.is((await jwtVerify(sent, Buffer.from(SECRET))).payload.sub, 'acme')
  })
}

function stepOf(options: object) {
  const clock = manualClock()
  const { context } = compileContext()
  const settings = internalTokenDefinition.options.parse({
    issuer: 'gateway',
    audience: 'orders',
    algorithm: 'HS256',
    key: SECRET,
    ...options,
  })
  const { request } = compileInternalToken(settings, { ...context, services: { ...context.services, clock } })
  const issue = (auth: unknown): string | undefined => {
    const exchange = policyExchange()
    exchange.auth = auth
    request?.(exchange)
    return exchange.requestEdits?.[0]?.value
  }
  return { clock, issue }
}

test('a token is renewed when it has half its life left, and each caller has its own', (t) => {
  const { clock, issue } = stepOf({ claims: session.key((auth) => ({ sub: auth.claims.sub })) })
  const [ann, bob] = [{ claims: { sub: 'ann' } }, { claims: { sub: 'bob' } }]
  const first = issue(ann)
  t.not(issue(bob), first)
  clock.advance(14_999)
  t.is(issue(ann), first)
  clock.advance(1)
  const second = issue(ann)
  t.not(second, first)
  t.is(issue(ann), second)
})

test('claims that are no object, or set what is the gateway’s to set, are an internal error', (t) => {
  for (const given of [undefined, 'ann', { iss: 'x' }, { sub: 'ann', exp: 1 }]) {
    const { issue } = stepOf({ claims: session.key(() => given) })
    t.is((t.throws(() => issue({})) as unknown as { code: string }).code, 'INTERNAL')
  }
})

test('a key that cannot sign is a config error at its place', async (t) => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  for (const key of ['not a key, though it is long enough to be one', spki, p384]) {
    const identity = internalToken({ claims, issuer: 'gateway', audience: 'orders', key }) as unknown as Policy
    const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
    const any = route({ method: 'GET', path: '/', upstream: target, auth: session, use: { identity } })
    const gateway = createGateway(defineGateway({ info: { title: 'T', version: '1' }, routes: { any }, log: { level: 'silent' } }))
    const error = await t.throwsAsync(gateway.inject({ url: '/' }), { instanceOf: ConfigError })
    t.deepEqual(
      error?.issues.map(({ code, path }) => [code, path.join('.')]),
      [['GW1002', 'routes.any.use.identity.key']],
    )
    await gateway.stop({ now: true })
  }
})
