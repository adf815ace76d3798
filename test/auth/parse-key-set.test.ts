import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import test from 'ava'
import { parseKeySet } from '../../runtime/auth/parse-key-set.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), kid: 'k', ...more })
const parse = (...keys: unknown[]) => parseKeySet(JSON.stringify({ keys }))
const reasonFor = (key: unknown) => parse(key)?.refused[0]?.reason

test('public keys for signatures are read', (t) => {
  const contents = parse(jwk(rsa.publicKey, { use: 'sig', alg: 'RS256' }), jwk(ec.publicKey, { kid: 'e', key_ops: ['verify'] }))
  t.deepEqual(
    contents?.keys.map(({ kid, algorithm, key }) => [kid, algorithm, key.asymmetricKeyType]),
    [
      ['k', 'RS256', 'rsa'],
      ['e', undefined, 'ec'],
    ],
  )
  t.deepEqual(contents?.refused, [])
})

test('J-21: private and symmetric keys are refused', (t) => {
  const secret = 'not a public key; whoever can read the set can sign with it'
  t.is(reasonFor(jwk(rsa.privateKey)), secret)
  t.is(reasonFor(jwk(ec.privateKey)), secret)
  t.is(reasonFor({ kty: 'oct', k: 'AAAA', kid: 'k' }), secret)
  t.is(reasonFor(jwk(rsa.publicKey, { k: 'AAAA' })), secret)
})

test('J-21: weak RSA keys are refused', (t) => {
  t.is(reasonFor(jwk(small.publicKey)), 'an RSA key of 1024 bits; at least 2048 are needed')
  t.is(reasonFor(jwk(rsa.publicKey, { e: 'AQ' })), 'an RSA key with the public exponent 1')
  t.is(reasonFor(jwk(rsa.publicKey, { e: 'Ag' })), 'an RSA key with the public exponent 2')
})

test('J-21: keys for another purpose are refused', (t) => {
  t.is(reasonFor(jwk(rsa.publicKey, { use: 'enc' })), 'its `use` is not `sig`')
  t.is(reasonFor(jwk(rsa.publicKey, { key_ops: ['encrypt'] })), 'its `key_ops` lack `verify`')
  t.is(reasonFor(jwk(rsa.publicKey, { key_ops: 'verify' })), 'its `key_ops` lack `verify`')
  t.is(reasonFor(jwk(rsa.publicKey, { kid: 7 })), 'its `kid` is not a string')
})

test('keys that cannot be imported are refused and take no other with them', (t) => {
  const broken = [{ kty: 'RSA' }, { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' }, { kty: 'new' }, { kty: 7 }, {}, 7, null, []]
  const contents = parse(...broken, jwk(rsa.publicKey))
  t.is(contents?.keys.length, 1)
  t.is(contents?.refused.length, 5)
})

test('what is no key set is told apart from an empty one', (t) => {
  for (const text of ['', '<html>', 'null', '[]', '{}', '{"keys":{}}', '{"keys":']) t.is(parseKeySet(text), undefined, text)
  t.deepEqual(parseKeySet('{"keys":[]}'), { keys: [], refused: [] })
})
