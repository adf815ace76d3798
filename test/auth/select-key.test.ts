import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import { selectKey } from '../../runtime/auth/select-key.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
const ed = generateKeyPairSync('ed25519').publicKey
const entry = (key: typeof rsa, kid?: string, algorithm?: string) => ({ key, kid, algorithm })

test('a key is chosen by type and curve where the set names no algorithm', (t) => {
  const keys = [entry(rsa, 'k'), entry(p256, 'k'), entry(p384, 'k'), entry(ed, 'k')]
  t.is(selectKey(keys, 'RS256', 'k'), rsa)
  t.is(selectKey(keys, 'PS512', undefined), rsa)
  t.is(selectKey(keys, 'ES256', 'k'), p256)
  t.is(selectKey(keys, 'ES384', 'k'), p384)
  t.is(selectKey(keys, 'ES512', 'k'), undefined)
  t.is(selectKey(keys, 'EdDSA', 'k'), ed)
  t.is(selectKey(keys, 'HS256', 'k'), undefined)
})

test('an algorithm that the set names is the only one of that key', (t) => {
  t.is(selectKey([entry(rsa, 'k', 'RS256')], 'RS512', 'k'), undefined)
  t.is(selectKey([entry(rsa, 'k', 'RS256'), entry(rsa, 'k', 'PS256')], 'PS256', 'k'), rsa)
  t.is(selectKey([entry(ed, 'k', 'Ed25519')], 'EdDSA', 'k'), ed)
})

test('a key id in the token must be the key’s, and several candidates are none', (t) => {
  t.is(selectKey([entry(rsa)], 'RS256', 'k'), undefined)
  t.is(selectKey([entry(rsa, 'k')], 'RS256', 'K'), undefined)
  t.is(selectKey([entry(rsa, 'k'), entry(rsa, 'k')], 'RS256', 'k'), undefined)
})
