import { createPublicKey, type JsonWebKey, KeyObject } from 'node:crypto'
import test from 'ava'
import { jwt } from 'gatewright'
import { exportSPKI, type JWTPayload } from 'jose'
import { z } from 'zod'
import { type AuthAnswer, manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { startIssuer } from '../helpers/issuer.js'
import { base64url, hmac, makeSigningKey, rawToken, signWith } from '../helpers/tokens.js'

const NOW = 1_900_000_000
const SECRET = 'a secret of more than sixty-four bytes, so that it also serves for HS512'
const claims = z.looseObject({ sub: z.string() })
const good: JWTPayload = { sub: 'ann', aud: 'api', exp: NOW + 100 }

const [rsaA, rsaB, ec] = await Promise.all([makeSigningKey('RS256', 'a'), makeSigningKey('RS256', 'b'), makeSigningKey('ES256', 'e')])
const rsaPrivate = KeyObject.from(rsaA.privateKey as never)
const ecPrivate = KeyObject.from(ec.privateKey as never)
const rsaPublic = createPublicKey({ key: rsaA.publicJwk as JsonWebKey, format: 'jwk' })

const issuer = await startIssuer(rsaA, rsaB, ec)
const session = (more: object = {}) =>
  jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256', 'ES256'], claims, ...more } as Parameters<typeof jwt>[0])
const gateway = await startAuthGateway(session())
const symmetric = await startAuthGateway(jwt({ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims }))
await gateway.warmed()

test.after.always(async () => {
  await Promise.all([gateway.close(), symmetric.close(), issuer.close()])
})

const signRsa = (payload: object | string | Uint8Array, header: object | string = { alg: 'RS256', kid: 'a' }) =>
  rawToken(header, payload, signWith(rsaPrivate))
const withIss = (more: object = {}) => ({ iss: issuer.url, ...good, ...more })

/** Starts a gateway of its own for tests that change the issuer or the clock. */
async function fixture(more: object = {}) {
  const clock = manualClock()
  const own = await startIssuer(rsaA)
  const gate = await startAuthGateway(
    jwt({ issuer: own.url, audience: 'api', algorithms: ['RS256'], claims, ...more } as Parameters<typeof jwt>[0]),
    clock,
  )
  await gate.warmed()
  return { clock, issuer: own, gate, close: () => Promise.all([gate.close(), own.close()]) }
}

const refused = (detail: string) => ({
  status: 401,
  code: 'INVALID_CREDENTIALS',
  detail,
  challenges: [`Bearer error="invalid_token", error_description="${detail}"`],
})
const seen = ({ status, code, detail, challenges }: AuthAnswer) => ({ status, code, detail, challenges })

const MALFORMED = refused('The token is malformed.')
const ALGORITHM = refused('The token is signed with an algorithm that is not accepted.')
const KEY = refused('The token is signed with an unknown key.')
const SIGNATURE = refused('The signature of the token is wrong.')
const EXPIRED = refused('The token has expired.')
const PREMATURE = refused('The token is not valid yet.')
const AUDIENCE = refused('The token is for another audience.')
const ISSUER = refused('The token is from an issuer that is not accepted here.')
const TYPE = refused('The token is not of the accepted type.')
const CLAIMS = refused('The claims of the token are not the expected ones.')

test('a valid token gives its issuer and parsed claims, and is stripped', async (t) => {
  const answer = await gateway.bearer(await issuer.sign(rsaA, good))
  t.is(answer.status, 200)
  t.deepEqual(answer.auth, { kind: 'jwt', issuer: issuer.url, claims: { iss: issuer.url, ...good }, scopes: [], roles: [] })
  t.deepEqual(answer.stripped, ['authorization'])
})

test('every listed algorithm is accepted', async (t) => {
  for (const alg of ['RS384', 'PS256', 'PS512', 'ES384', 'ES512', 'EdDSA']) {
    const key = await makeSigningKey(alg, 'k')
    const own = await startIssuer(key)
    const gate = await startAuthGateway(jwt({ issuer: own.url, audience: 'api', algorithms: [alg as 'RS256'], claims }))
    t.is((await gate.bearer(await own.sign(key, good))).status, 200, alg)
    await Promise.all([gate.close(), own.close()])
  }
})

test('no credential is answered with the bare challenge, without an error (RFC 6750 section 3.1)', async (t) => {
  const answer = await gateway.ask([])
  t.is(answer.code, 'UNAUTHENTICATED')
  t.deepEqual(answer.challenges, ['Bearer'])
})

test('J-01: an unsigned token is refused', async (t) => {
  for (const alg of ['none', 'None', 'nOnE', undefined, '', 1, null, ['RS256']]) {
    const answer = seen(await gateway.bearer(rawToken({ alg, kid: 'a' }, withIss(), () => 'AAAA')))
    t.deepEqual(answer, ALGORITHM, String(alg))
  }
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss()).replace(/[^.]+$/, ''))), MALFORMED)
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss()).replace(/[^.]+$/, 'AAAA'))), SIGNATURE)
})

test('J-02: an HMAC keyed with the public key is refused', async (t) => {
  const pem = rsaPublic.export({ type: 'spki', format: 'pem' }) as string
  const keys = [pem, pem.trim(), `${pem}\n`, rsaPublic.export({ type: 'spki', format: 'der' }), JSON.stringify(rsaA.publicJwk)]
  for (const key of keys) t.deepEqual(seen(await gateway.bearer(rawToken({ alg: 'HS256', kid: 'a' }, withIss(), hmac(key)))), ALGORITHM)
})

test('J-03: the right key with an algorithm that is not listed is refused', async (t) => {
  const hs512 = rawToken({ alg: 'HS512' }, { iss: 'hs', ...good }, hmac(SECRET, 'sha512'))
  t.deepEqual(seen(await symmetric.bearer(hs512)), ALGORITHM)
  t.is((await symmetric.bearer(rawToken({ alg: 'HS256' }, { iss: 'hs', ...good }, hmac(SECRET)))).status, 200)
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss(), { alg: 'PS256', kid: 'a' }))), ALGORITHM)
  t.deepEqual(seen(await gateway.bearer(rawToken({ alg: 'ES384', kid: 'e' }, withIss(), signWith(ecPrivate, 'sha384')))), ALGORITHM)
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss(), { alg: 'ES256', kid: 'a' }))), KEY, 'a key of another type')
})

test('J-04: ES256 signatures of zero, of the order, in DER, or of a wrong length are refused', async (t) => {
  const n = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const header = { alg: 'ES256', kid: 'e' }
  const signatures = [Buffer.alloc(64), Buffer.concat([n, n]), Buffer.alloc(63, 1), Buffer.alloc(65, 1), Buffer.alloc(1)]
  for (const bytes of signatures) t.deepEqual(seen(await gateway.bearer(rawToken(header, withIss(), () => bytes))), SIGNATURE)
  t.deepEqual(seen(await gateway.bearer(rawToken(header, withIss(), signWith(ecPrivate, 'sha256', 'der')))), SIGNATURE)
  t.is((await gateway.bearer(rawToken(header, withIss(), signWith(ecPrivate)))).status, 200)
})

test('J-05: a key id is looked up in the cached set and leads nowhere else', async (t) => {
  const { gate, issuer: own, close } = await fixture()
  for (const kid of ['../../dev/null', "' OR 1=1 --", `${own.url}/elsewhere`, '__proto__', 'x'.repeat(4_000)]) {
    const answer = seen(await gate.bearer(signRsa({ ...good, iss: own.url }, { alg: 'RS256', kid })))
    t.deepEqual(answer, KEY, kid.slice(0, 30))
  }
  for (const kid of [7, ['a'], null, { a: 1 }]) {
    t.deepEqual(seen(await gate.bearer(signRsa({ ...good, iss: own.url }, { alg: 'RS256', kid }))), MALFORMED, String(kid))
  }
  t.is(own.fetches, 2, 'the set is looked at once more')
  t.is(own.strays, 0)
  await close()
})

test('J-05: without a key id, one candidate is used and two are refused', async (t) => {
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss(), { alg: 'RS256' }))), KEY)
  t.is((await gateway.bearer(rawToken({ alg: 'ES256' }, withIss(), signWith(ecPrivate)))).status, 200)
})

test('J-05: a key id that stands twice is refused and harms no other', async (t) => {
  const own = await startIssuer(rsaA, { ...rsaB, publicJwk: { ...rsaB.publicJwk, kid: 'a' } }, ec)
  const gate = await startAuthGateway(jwt({ issuer: own.url, audience: 'api', algorithms: ['RS256', 'ES256'], claims }))
  t.deepEqual(seen(await gate.bearer(await own.sign(rsaA, good))), KEY)
  t.is((await gate.bearer(await own.sign(ec, good))).status, 200)
  await Promise.all([gate.close(), own.close()])
})

test('J-06: keys that a token brings or points to are ignored', async (t) => {
  const mallory = await makeSigningKey('RS256', 'm')
  const evil = await startIssuer(mallory)
  const pointers = { jku: `${evil.url}/keys`, x5u: `${evil.url}/cert`, jwk: mallory.publicJwk, x5c: ['AAAA'] }
  const forged = rawToken({ alg: 'RS256', kid: 'a', ...pointers }, withIss(), signWith(KeyObject.from(mallory.privateKey as never)))
  t.deepEqual(seen(await gateway.bearer(forged)), SIGNATURE)
  t.is((await gateway.bearer(signRsa(withIss(), { alg: 'RS256', kid: 'a', ...pointers }))).status, 200)
  t.is(evil.strays + evil.fetches, 0)
  await evil.close()
})

test('J-07: critical extensions and unencoded payloads are refused', async (t) => {
  for (const more of [{ crit: ['x'], x: 1 }, { crit: [] }, { crit: ['b64'], b64: false }, { b64: false }, { crit: ['b64'], b64: true }]) {
    t.deepEqual(seen(await gateway.bearer(signRsa(withIss(), { alg: 'RS256', kid: 'a', ...more }))), MALFORMED, JSON.stringify(more))
  }
})

test('J-08: `exp` is required, is a number, and counts within the tolerance', async (t) => {
  t.is((await gateway.bearer(signRsa(withIss({ exp: NOW - 4 })))).status, 200)
  for (const exp of [NOW - 5, NOW - 6, 0, -1, NOW - 5.5])
    t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ exp })))), EXPIRED, String(exp))
  for (const exp of [undefined, null, String(NOW + 100), true, [NOW + 100]]) {
    t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ exp })))), MALFORMED, String(exp))
  }
  const text = JSON.stringify(withIss({ exp: 1 })).replace('"exp":1', '"exp":1e308')
  t.deepEqual(seen(await gateway.bearer(signRsa(text))), MALFORMED)
  t.deepEqual(seen(await gateway.bearer(signRsa(text.replace('1e308', '1e400')))), MALFORMED)
})

test('J-09: a token from the future, or older than the longest age, is refused', async (t) => {
  t.is((await gateway.bearer(signRsa(withIss({ nbf: NOW + 5, iat: NOW + 5 })))).status, 200)
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ nbf: NOW + 6 })))), PREMATURE)
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ iat: NOW + 6 })))), PREMATURE)
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ iat: '0' })))), MALFORMED)
  const { gate, issuer: own, clock, close } = await fixture({ maxAge: '10m' })
  const aged = (iat?: number) => own.sign(rsaA, iat === undefined ? good : { ...good, iat, exp: NOW + 10_000 })
  t.deepEqual(seen(await gate.bearer(await aged())), MALFORMED)
  t.deepEqual(seen(await gate.bearer(await aged(NOW - 606))), EXPIRED)
  const token = await aged(NOW - 600)
  t.is((await gate.bearer(token)).status, 200)
  clock.advance(6_000)
  t.deepEqual(seen(await gate.bearer(token)), EXPIRED, 'from the cache too')
  await close()
})

test('J-10: issuer and audience are compared exactly', async (t) => {
  for (const iss of [`${issuer.url}/`, issuer.url.toUpperCase(), 'other', undefined, null, [issuer.url], 1])
    t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ iss })))), ISSUER, String(iss))
  for (const aud of ['api2', 'ap', [], undefined, 7, null, ['API'], { api: 1 }])
    t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ aud })))), AUDIENCE, String(aud))
  t.is((await gateway.bearer(signRsa(withIss({ aud: ['x', 'api'] })))).status, 200)
})

test('J-10: keys of one issuer never check tokens of another', async (t) => {
  const other = await startIssuer(rsaB)
  const both = jwt({ issuers: [{ issuer: issuer.url }, { issuer: other.url }], audience: 'api', algorithms: ['RS256'], claims })
  const gate = await startAuthGateway(both)
  t.is((await gate.bearer(await issuer.sign(rsaA, good))).auth.issuer, issuer.url)
  t.is((await gate.bearer(await other.sign(rsaB, good))).auth.issuer, other.url)
  t.deepEqual(seen(await gate.bearer(await other.sign(rsaA, good))), KEY)
  await Promise.all([gate.close(), other.close()])
})

test('J-11: a token of another type is refused where a type is required', async (t) => {
  const { gate, issuer: own, close } = await fixture({ typ: 'at+jwt' })
  for (const typ of ['JWT', undefined, 'at', 'jwt+at']) {
    const header = typ === undefined ? {} : { typ }
    t.deepEqual(seen(await gate.bearer(await own.sign(rsaA, good, header))), TYPE, String(typ))
  }
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT'])
    t.is((await gate.bearer(await own.sign(rsaA, good, { typ }))).status, 200, typ)
  await close()
})

test('J-12: a payload that is no JSON object in UTF-8 is refused', async (t) => {
  const broken = Buffer.from(JSON.stringify(withIss({ sub: '?' })).replace('?', '\u00ff'), 'latin1')
  for (const payload of ['"str"', 'null', '[1]', '7', '', '{', broken])
    t.deepEqual(seen(await gateway.bearer(signRsa(payload))), MALFORMED, String(payload))
  for (const typ of ['JWT', undefined])
    t.deepEqual(seen(await gateway.bearer(signRsa('no json', { alg: 'RS256', kid: 'a', typ }))), MALFORMED)
})

test('J-12: the last of two claims counts, and `__proto__` is an ordinary name', async (t) => {
  const body = JSON.stringify(withIss()).slice(0, -1)
  const twice = await gateway.bearer(signRsa(`${body},"sub":"bob"}`))
  t.is(twice.auth.claims.sub, 'bob')
  const polluted = await gateway.bearer(signRsa(`${body},"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}`))
  t.is(polluted.status, 200)
  t.is(Object.getPrototypeOf(polluted.auth.claims).admin, undefined)
  t.is(({} as { admin?: boolean }).admin, undefined)
})

test('J-13: any other spelling than the canonical compact one is refused', async (t) => {
  const token = signRsa(withIss({ pad: 'x' }))
  const [head = '', body = '', tail = ''] = token.split('.')
  const other = `${tail.slice(0, -1)}${String.fromCharCode(tail.charCodeAt(tail.length - 1) + 1)}`
  const spellings = [
    `${token}=`,
    `${token}==`,
    `${head}.${body}.${other}`,
    `${token}.`,
    `${token}.x`,
    `${token}.x.y`,
    `${head}.${body}`,
    `${head}..${tail}`,
    `.${body}.${tail}`,
    `${head}. ${body}.${tail}`,
    `${token} x`,
    `${token}%`,
    `${head}+.${body}.${tail}`,
    `${head}/.${body}.${tail}`,
    base64url(token),
    '..',
    'x',
  ]
  t.is((await gateway.bearer(token)).status, 200)
  for (const spelling of spellings) t.deepEqual(seen(await gateway.bearer(spelling)), MALFORMED, spelling.slice(-12))
})

test('J-13: tokens above 8 KB are refused before they are read, and deep ones do no harm', async (t) => {
  const deep = JSON.stringify(withIss()).replace('}', `,"deep":${'['.repeat(2_000)}${']'.repeat(2_000)}}`)
  t.is((await gateway.bearer(signRsa(deep))).status, 200)
  for (const size of [16_000, 1_000_000]) {
    const answer = await gateway.bearer(`${'A'.repeat(size)}.AAAA.AAAA`)
    t.deepEqual(seen(answer), MALFORMED)
    t.true(answer.synchronous)
  }
})

test('J-14: one scheme, in any case, with one space', async (t) => {
  const token = signRsa(withIss())
  for (const scheme of ['Bearer', 'bearer', 'BEARER'])
    t.is((await gateway.ask(['authorization', `${scheme} ${token}`])).status, 200, scheme)
  for (const value of [`Bearer  ${token}`, `Bearer Bearer ${token}`, 'Bearer', `Bearer ${token}, Bearer ${token}`])
    t.deepEqual(seen(await gateway.ask(['authorization', value])), MALFORMED, value.slice(0, 20))
  for (const value of [token, `xxBearer ${token}`, `Basic ${token}`, `Bearer\t${token}`, '', `Token ${token}`])
    t.is((await gateway.ask(['authorization', value])).code, 'UNAUTHENTICATED', value.slice(0, 20))
})

test('J-14: two Authorization lines are refused, whichever comes first', async (t) => {
  const line = ['Authorization', `Bearer ${signRsa(withIss())}`]
  for (const headers of [
    [...line, 'authorization', 'Basic eA=='],
    ['AUTHORIZATION', 'Basic eA==', ...line],
    [...line, ...line],
  ]) {
    const answer = await gateway.ask(headers)
    t.is(answer.code, 'INVALID_CREDENTIALS')
    t.deepEqual(answer.challenges, ['Bearer'])
  }
})

test('J-15, J-16: tokens in the query, a cookie or a body are ignored and never an error', async (t) => {
  const token = signRsa(withIss())
  const form = { method: 'POST', body: `token=${token}` }
  for (const path of [`/?token=${token}`, `/?token=${token}&token=b`, '/?token[]=a', `/?authorization=${token}`])
    t.is((await gateway.ask([], { path })).code, 'UNAUTHENTICATED', path.slice(0, 12))
  for (const cookie of ['token=', `token=${token}`, `token=${token}; token=b`])
    t.is((await gateway.ask(['Cookie', cookie])).code, 'UNAUTHENTICATED')
  t.is((await gateway.ask(['Content-Type', 'application/x-www-form-urlencoded'], form)).code, 'UNAUTHENTICATED')
  t.is((await gateway.ask(['Content-Type', 'application/json'], { method: 'POST', body: `{"token":"${token}"}` })).code, 'UNAUTHENTICATED')
  const other = signRsa(withIss({ sub: 'header' }))
  t.is((await gateway.ask(['Authorization', `Bearer ${other}`], { path: `/?token=${token}` })).auth.claims.sub, 'header')
})

test('claims that the schema does not accept are refused', async (t) => {
  t.deepEqual(seen(await gateway.bearer(signRsa(withIss({ sub: 7 })))), CLAIMS)
})

test('what a token gives is what the schema yields, and one request cannot change it for the next', async (t) => {
  const parsed = z.object({ scope: z.string().transform((text) => text.split(' ')) })
  const { gate, issuer: own, close } = await fixture({ claims: parsed })
  const token = await own.sign(rsaA, { ...good, scope: 'read write' })
  const answer = await gate.bearer(token)
  t.deepEqual(answer.auth.claims, { scope: ['read', 'write'] })
  t.true(answer.frozen)
  await close()
})

test('a token in another header is bare and challenged by that name', async (t) => {
  const { gate, issuer: own, close } = await fixture({ header: 'X-Assertion' })
  const token = await own.sign(rsaA, good)
  const answer = await gate.ask(['x-assertion', token])
  t.is(answer.auth.claims.sub, 'ann')
  t.deepEqual(answer.stripped, ['x-assertion'])
  t.deepEqual((await gate.bearer(token)).challenges, ['Bearer header="x-assertion"'])
  t.deepEqual((await gate.ask(['x-assertion', `Bearer ${token}`])).challenges, [
    'Bearer header="x-assertion", error="invalid_token", error_description="The token is malformed."',
  ])
  t.is((await gate.ask(['x-assertion', token, 'x-assertion', token])).code, 'INVALID_CREDENTIALS')
  await close()
})

test('a token marked `forward` is sent on', async (t) => {
  const { gate, issuer: own, close } = await fixture({ forward: true })
  t.deepEqual((await gate.bearer(await own.sign(rsaA, good))).stripped, [])
  await close()
})

test('J-18: a new key works at once, an old one until the set that lacks it is fetched', async (t) => {
  const { gate, issuer: own, clock, close } = await fixture()
  const old = await own.sign(rsaA, { ...good, exp: NOW + 5_000 })
  t.is((await gate.bearer(old)).status, 200)
  clock.advance(60_000)
  own.keys = [rsaB.publicJwk]
  t.is((await gate.bearer(old)).status, 200, 'not fetched again yet')
  t.is((await gate.bearer(await own.sign(rsaB, { ...good, exp: NOW + 5_000 }))).status, 200)
  t.is(own.fetches, 2)
  t.deepEqual(seen(await gate.bearer(old)), KEY, 'J-23: a remembered token goes with its key')
  await close()
})

test('J-18: the removal of a key is seen within ten minutes, though nobody asks for another', async (t) => {
  const { gate, issuer: own, clock, close } = await fixture()
  const token = await own.sign(rsaA, { ...good, exp: NOW + 5_000 })
  t.is((await gate.bearer(token)).status, 200)
  own.keys = [rsaB.publicJwk]
  clock.advance(600_001)
  t.deepEqual(seen(await gate.bearer(token)), KEY)
  await close()
})

test('J-19: a flood of unknown key ids reaches the issuer once per cooldown, and good tokens stay synchronous', async (t) => {
  const { gate, issuer: own, clock, close } = await fixture()
  const token = await own.sign(rsaA, good)
  await gate.bearer(token)
  for (let second = 0; second < 60; second += 1) {
    clock.advance(1_000)
    const flood = Array.from({ length: 5 }, (_, n) =>
      gate.bearer(signRsa({ ...good, iss: own.url }, { alg: 'RS256', kid: `x${second}-${n}` })),
    )
    for (const answer of await Promise.all(flood)) t.is(answer.status, 401)
    t.true((await gate.bearer(token)).synchronous)
  }
  t.true(own.fetches <= 3, `${own.fetches} fetches`)
  await close()
})

test('J-20: without any keys the answer is 503 with Retry-After, not 401', async (t) => {
  for (const mood of ['error', 'html', 'empty', 'no keys', 'huge', 'redirect', 'hang up'] as const) {
    const own = await startIssuer(rsaA)
    own.mood = mood
    const clock = manualClock()
    const gate = await startAuthGateway(jwt({ issuer: own.url, audience: 'api', algorithms: ['RS256'], claims }), clock)
    await gate.warmed()
    const token = await own.sign(rsaA, good)
    const answer = await gate.bearer(token)
    t.is(answer.code, 'AUTH_UNAVAILABLE', mood)
    t.regex(answer.retryAfter ?? '', /^[1-9]\d*$/)
    t.is(own.strays, 0, 'a redirect is not followed')
    own.mood = 'well'
    clock.advance(1_000)
    t.is((await gate.bearer(token)).status, 200, 'recovers')
    await Promise.all([gate.close(), own.close()])
  }
})

test('J-20: while the issuer is down its keys serve on, for a day', async (t) => {
  const { gate, issuer: own, clock, close } = await fixture()
  const token = (exp: number) => own.sign(rsaA, { ...good, exp })
  t.is((await gate.bearer(await token(NOW + 100))).status, 200)
  own.mood = 'error'
  clock.advance(3_600_000)
  t.is((await gate.bearer(await token(NOW + 4_000))).status, 200)
  clock.advance(22 * 3_600_000)
  t.is((await gate.bearer(await token(NOW + 90_000))).status, 200)
  clock.advance(2 * 3_600_000)
  t.is((await gate.bearer(await token(NOW + 99_000))).code, 'AUTH_UNAVAILABLE')
  await close()
})

test('J-22: a step of the wall clock does not age the keys', async (t) => {
  const { gate, issuer: own, clock, close } = await fixture()
  t.is((await gate.bearer(await own.sign(rsaA, good))).status, 200)
  clock.step(-600_000)
  t.is((await gate.bearer(await own.sign(rsaA, { ...good, sub: 'bob' }))).status, 200)
  clock.step(1_200_000)
  t.is((await gate.bearer(await own.sign(rsaA, { ...good, exp: NOW + 700 }))).status, 200)
  t.is(own.fetches, 1)
  await close()
})

test('J-23: a remembered token is refused from the moment it expires', async (t) => {
  const { gate, issuer: own, clock, close } = await fixture()
  const token = await own.sign(rsaA, good)
  t.false((await gate.bearer(token)).synchronous)
  clock.advance(104_999)
  const last = await gate.bearer(token)
  t.true(last.synchronous)
  t.is(last.status, 200)
  clock.advance(1)
  t.deepEqual(seen(await gate.bearer(token)), EXPIRED)
  await close()
})

test('J-23: the cache keeps the most recent tokens, and `cache: 0` none', async (t) => {
  const small = await fixture({ cache: 2 })
  const tokens = await Promise.all([1, 2, 3].map((n) => small.issuer.sign(rsaA, { ...good, sub: `u${n}` })))
  for (const token of tokens) await small.gate.bearer(token)
  t.true((await small.gate.bearer(tokens[2]!)).synchronous)
  t.false((await small.gate.bearer(tokens[0]!)).synchronous)
  await small.close()
  const none = await fixture({ cache: 0 })
  const token = await none.issuer.sign(rsaA, good)
  await none.gate.bearer(token)
  const again = await none.gate.bearer(token)
  t.is(again.status, 200)
  t.false(again.synchronous)
  await none.close()
})

test('J-23: routes that share an auth share its verified tokens', async (t) => {
  const { gate, issuer: own, close } = await fixture()
  const line = ['Authorization', `Bearer ${await own.sign(rsaA, good)}`]
  t.false((await gate.ask(line)).synchronous)
  t.true((await gate.ask(line, { path: '/second' })).synchronous)
  await close()
})

test('J-23: a reload forgets tokens but keeps the keys', async (t) => {
  const { gate, issuer: own, close } = await fixture()
  const token = await own.sign(rsaA, good)
  await gate.bearer(token)
  gate.reload(jwt({ issuer: own.url, audience: 'other', algorithms: ['RS256'], claims }))
  t.deepEqual(seen(await gate.bearer(token)), AUDIENCE)
  t.is(own.fetches, 1)
  await close()
})

test('a token that spells "bearer" inside is read whole', async (t) => {
  for (const typ of ['JWT', undefined]) {
    const spelt = ['', 'x', 'xx']
      .map((pad) => signRsa(withIss({ pad, name: '\u9ddaDDD' }), { alg: 'RS256', kid: 'a', typ }))
      .filter((token) => /bearer/i.test(token))
    t.true(spelt.length > 0)
    for (const token of spelt) t.is((await gateway.bearer(token)).status, 200)
  }
})

test('a public key in PEM checks tokens without any fetch', async (t) => {
  const publicKey = await exportSPKI(rsaPublic as never)
  const gate = await startAuthGateway(jwt({ issuer: 'pem', audience: 'api', algorithms: ['RS256'], publicKey, claims }))
  t.is((await gate.bearer(signRsa({ ...good, iss: 'pem' }))).status, 200)
  t.is((await gate.bearer(signRsa({ ...good, iss: 'pem' }, { alg: 'RS256', kid: 'whatever' }))).status, 200)
  t.deepEqual(seen(await gate.bearer(rawToken({ alg: 'RS256' }, { ...good, iss: 'pem' }, () => 'AAAA'))), SIGNATURE)
  await gate.close()
})
