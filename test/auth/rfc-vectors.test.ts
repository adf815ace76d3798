import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import test from 'ava'
import { jwt } from 'gatewright'
import { compactVerify, exportSPKI } from 'jose'
import { z } from 'zod'
import { fitsAlgorithm } from '../../runtime/auth/fits-algorithm.js'
import { parseKeySet } from '../../runtime/auth/parse-key-set.js'
import { isCompactToken } from '../../runtime/auth/read-token.js'
import { selectKey } from '../../runtime/auth/select-key.js'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { JWS_VECTORS, type JwsVector, UNSECURED } from './rfc-vectors.js'

/** The key as the gateway would choose it: public ones through a key set, secrets by themselves. */
function keyOf({ alg, jwk }: JwsVector): KeyObject | undefined {
  if (jwk['k'] !== undefined) return createSecretKey(Buffer.from(jwk['k'], 'base64url'))
  return selectKey(parseKeySet(JSON.stringify({ keys: [jwk] }))?.keys ?? [], alg, jwk['kid'])
}

for (const vector of JWS_VECTORS)
  test(`J-26: ${vector.name} (${vector.alg}) is verified, and no change of it is`, async (t) => {
    const { alg, jws } = vector
    const key = keyOf(vector) as KeyObject
    t.true(fitsAlgorithm(key, alg))
    t.true(isCompactToken(jws))
    await t.notThrowsAsync(compactVerify(jws, key, { algorithms: [alg] }))
    const [head = '', body = '', tail = ''] = jws.split('.')
    const flipped = Buffer.from(tail, 'base64url')
    flipped[5] = (flipped[5] as number) ^ 1
    for (const changed of [`${head}.${body.slice(4)}.${tail}`, `${head}.${body}.${flipped.toString('base64url')}`])
      await t.throwsAsync(compactVerify(changed, key, { algorithms: [alg] }))
  })

/**
 * Through the gateway none of them is a token for it, each for a reason that the RFC leaves to the application: A.1 to A.3 have no `aud`
 * (asked for after the signature has proved right), the others hold texts and not claims. Secrets are texts here, so that those of A.1
 * and section 4.4, which are bytes, cannot be configured. Section 4.5 is detached, and 4.6 to 4.8 are JSON; neither is compact.
 */
for (const vector of JWS_VECTORS.filter(({ jwk }) => jwk['k'] === undefined))
  test(`J-26: ${vector.name} is no token for the gateway`, async (t) => {
    const { alg, jwk, jws, name } = vector
    const publicKey = await exportSPKI(createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) as never)
    const auth = jwt({ issuer: 'joe', audience: 'api', algorithms: [alg], publicKey, claims: z.object({}) })
    const gate = await startAuthGateway(auth, manualClock(1_300_819_000_000))
    const hasClaims = name.endsWith('A.2') || name.endsWith('A.3')
    t.is((await gate.bearer(jws)).detail, hasClaims ? 'The token is for another audience.' : 'The token is malformed.')
    const forged = jws.replace(/[^.]+$/, (tail) => `B${tail.slice(1)}`)
    t.is((await gate.bearer(forged)).detail, hasClaims ? 'The signature of the token is wrong.' : 'The token is malformed.')
    t.is((await gate.bearer(UNSECURED)).detail, 'The token is malformed.')
    await gate.close()
  })
