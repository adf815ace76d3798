import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import test from 'ava'
import { ConfigError } from 'gatewright'
import { publicKey, secretKey } from '../../runtime/auth/static-key.js'

const pem = (key: KeyObject, type: 'spki' | 'pkcs1' = 'spki') => key.export({ type, format: 'pem' }) as string
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed = generateKeyPairSync('ed25519')

const issueOf = (text: string, ...algorithms: Parameters<typeof publicKey>[1]) => {
  const error = (() => {
    try {
      publicKey(text, algorithms, ['routes', 'a', 'auth', 'publicKey'])
    } catch (thrown) {
      return thrown
    }
  })()
  return error instanceof ConfigError ? error.message : error
}

test('a PEM key serves the algorithms it is for', async (t) => {
  t.truthy(await publicKey(pem(rsa.publicKey), ['RS256', 'PS512'], []).find('PS512', 'any'))
  t.truthy(await publicKey(pem(rsa.publicKey, 'pkcs1'), ['RS256'], []).find('RS256', undefined))
  t.truthy(await publicKey(pem(ec.publicKey), ['ES384'], []).find('ES384', undefined))
  t.truthy(await publicKey(pem(ed.publicKey), ['EdDSA'], []).find('EdDSA', undefined))
  t.is(await publicKey(pem(rsa.publicKey), ['RS256'], []).find('ES256', undefined), undefined)
})

test('J-21: a key that is weak, private, broken or for another algorithm is refused at load, at its place', (t) => {
  const at = 'GW1002 routes.a.auth.publicKey: '
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const expected = `${at}expected a public key in PEM, starting with "-----BEGIN PUBLIC KEY-----"`
  t.is(issueOf(pem(small.publicKey), 'RS256'), `${at}this is an RSA key of 1024 bits; at least 2048 are needed`)
  t.is(issueOf(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'RS256'), expected)
  t.is(issueOf('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'RS256'), expected)
  t.is(issueOf(pem(ec.publicKey), 'ES256'), `${at}this key cannot check ES256 signatures`)
  t.is(issueOf(pem(rsa.publicKey), 'RS256', 'EdDSA'), `${at}this key cannot check EdDSA signatures`)
})

test('a secret serves HS* algorithms only', async (t) => {
  const key = secretKey('0123456789abcdef0123456789abcdef')
  t.is((await key.find('HS256', undefined))?.type, 'secret')
  t.is(await key.find('RS256', undefined), undefined)
  t.true(key.holds(0))
})
