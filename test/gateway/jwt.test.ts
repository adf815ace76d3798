import { KeyObject } from 'node:crypto'
import test from 'ava'
import { jwt, route, upstream } from 'gatewright'
import { z } from 'zod'
import { startIssuer } from '../helpers/issuer.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { hmac, makeSigningKey, rawToken, signWith } from '../helpers/tokens.js'

const [a, b, mallory] = await Promise.all(['a', 'b', 'a'].map((kid) => makeSigningKey('RS256', kid)))
if (!a || !b || !mallory) throw new TypeError('no keys')
const claims = z.object({ sub: z.string() })
const seconds = () => Math.floor(Date.now() / 1_000)

/** Credentials that must be refused, by the row that asks for it. */
function refusedCredentials(iss: string): readonly (readonly [row: string, authorization: string])[] {
  const good = { iss, aud: 'api', sub: 'ann', exp: seconds() + 600 }
  const key = KeyObject.from(a!.privateKey as never)
  const token = (payload: object | string, header: object = { alg: 'RS256', kid: 'a' }) => rawToken(header, payload, signWith(key))
  const whole = token(good)
  return [
    ['J-01', rawToken({ alg: 'none' }, good, () => 'AAAA')],
    ['J-02', rawToken({ alg: 'HS256', kid: 'a' }, good, hmac(JSON.stringify(a!.publicJwk)))],
    ['J-03', token(good, { alg: 'PS256', kid: 'a' })],
    ['J-04', whole.replace(/[^.]+$/, 'A'.repeat(86))],
    ['J-05', token(good, { alg: 'RS256', kid: '../../dev/null' })],
    ['J-06', rawToken({ alg: 'RS256', kid: 'a', jwk: mallory!.publicJwk }, good, signWith(KeyObject.from(mallory!.privateKey as never)))],
    ['J-07', token(good, { alg: 'RS256', kid: 'a', crit: ['x'], x: 1 })],
    ['J-08', token({ ...good, exp: seconds() - 60 })],
    ['J-08', token({ ...good, exp: undefined })],
    ['J-09', token({ ...good, nbf: seconds() + 60 })],
    ['J-10', token({ ...good, iss: `${iss}/` })],
    ['J-10', token({ ...good, aud: 'api2' })],
    ['J-11', token(good, { alg: 'RS256', kid: 'a', typ: 'JWT' })],
    ['J-12', token('[1]')],
    ['J-13', `${whole}=`],
    ['J-13', `${whole}.x`],
    ['J-13', 'A'.repeat(9_000)],
  ].map(([row, value]) => [row as string, `Bearer ${value}`])
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: J-01 to J-13: a refusal is 401 with a challenge, the same for everyone, and the upstream is untouched`, async (t) => {
    const issuer = await startIssuer(a, b)
    t.teardown(() => issuer.close())
    const server = await startUpstream(t)
    const target = upstream('target', { targets: [server.url] })
    const auth = jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256'], claims, typ: 'at+jwt' })
    const gateway = await startGateway(t, { any: route({ method: '*', path: '/', upstream: target, auth, lifecycle }) })
    const good = await issuer.sign(a, { aud: 'api', sub: 'ann', exp: seconds() + 600 }, { typ: 'at+jwt' })
    t.is((await fetch(gateway.url, { headers: { authorization: `Bearer ${good}` } })).status, 200)
    for (const [row, authorization] of refusedCredentials(issuer.url)) {
      const response = await fetch(gateway.url, { method: 'POST', headers: { authorization }, body: 'x' })
      const problem = (await response.json()) as Record<string, unknown>
      t.is(response.status, 401, row)
      t.regex(response.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token", error_description="[^"]+"$/, row)
      t.deepEqual(Object.keys(problem).sort(), ['code', 'detail', 'instance', 'status', 'title', 'type'], row)
      t.false(JSON.stringify(problem).includes(authorization.slice(7, 40)), row)
    }
    t.is(server.requests.length, 1)
    t.is(server.requests[0]?.headers.authorization, undefined, 'the token is not passed on')
  })

  test(`${lifecycle}: J-14 to J-16: tokens elsewhere are ignored, and none is logged`, async (t) => {
    const issuer = await startIssuer(a)
    t.teardown(() => issuer.close())
    const server = await startUpstream(t)
    const target = upstream('target', { targets: [server.url] })
    const auth = jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256'], claims })
    const { log, lines } = recordLog()
    const options = { log: { headers: ['authorization', 'cookie'], query: true } }
    const gateway = await startGateway(t, { any: route({ method: '*', path: '/', upstream: target, auth, lifecycle }) }, options, { log })
    const token = await issuer.sign(a, { aud: 'api', sub: 'ann', exp: seconds() + 600 })
    t.is((await fetch(`${gateway.url}/?token=${token}&access_token=${token}`)).status, 401)
    t.is((await fetch(gateway.url, { headers: { cookie: `token=${token}` } })).status, 401)
    t.is((await fetch(gateway.url, { method: 'POST', body: new URLSearchParams({ access_token: token }) })).status, 401)
    t.is((await fetch(gateway.url, { headers: { authorization: `bearer ${token}` } })).status, 200)
    t.is((await fetch(gateway.url, { headers: { authorization: `Bearer ${token}, Bearer ${token}` } })).status, 401)
    t.is(server.requests.length, 1)
    const [, , signature] = token.split('.')
    t.false(JSON.stringify(lines).includes(signature as string))
  })

  test(`${lifecycle}: J-18, J-20: an issuer that rotates its keys, fails and hangs costs no valid token a 401`, async (t) => {
    const issuer = await startIssuer(a)
    t.teardown(() => issuer.close())
    const server = await startUpstream(t)
    const target = upstream('target', { targets: [server.url] })
    const auth = jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256'], claims })
    const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth, lifecycle }) })
    let subject = 0
    const ask = async (key: typeof a) => {
      subject += 1
      const token = await issuer.sign(key!, { aud: 'api', sub: `u${subject}`, iat: seconds(), exp: seconds() + 600 })
      return (await fetch(gateway.url, { headers: { authorization: `Bearer ${token}` } })).status
    }
    t.is(await ask(a), 200)
    issuer.keys = [a.publicJwk, b.publicJwk]
    t.deepEqual(await Promise.all([ask(b), ask(a), ask(b)]), [200, 200, 200], 'at once, though the set was just fetched')
    for (const mood of ['error', 'silent', 'html', 'hang up'] as const) {
      issuer.mood = mood
      t.deepEqual(await Promise.all([ask(a), ask(b)]), [200, 200], mood)
    }
    const c = await makeSigningKey('RS256', 'c')
    t.is(await ask(c), 503, 'what cannot be known now is not called wrong')
  })
}

test('J-20: an issuer that is down at the start costs a 503 with Retry-After, and is asked again', async (t) => {
  const issuer = await startIssuer(a)
  t.teardown(() => issuer.close())
  issuer.mood = 'error'
  const server = await startUpstream(t)
  const target = upstream('target', { targets: [server.url] })
  const auth = jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256'], claims })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth }) })
  const token = await issuer.sign(a, { aud: 'api', sub: 'ann', exp: seconds() + 600 })
  const ask = () => fetch(gateway.url, { headers: { authorization: `Bearer ${token}` } })
  const refused = await ask()
  t.is(refused.status, 503)
  t.regex(refused.headers.get('retry-after') ?? '', /^\d+$/)
  issuer.mood = 'well'
  let status = 503
  for (const end = Date.now() + 30_000; status === 503 && Date.now() < end; ) {
    const response = await ask()
    status = response.status
    const wait = Number(response.headers.get('retry-after') ?? 0)
    if (status === 503) await new Promise((resolve) => setTimeout(resolve, wait * 1_000))
  }
  t.is(status, 200)
})
