// Signatures and tokens that must not hold, after the kinds of cases that Project Wycheproof has for JWS (json_web_signature_test), written
// anew; each through the gateway, beside a token by the same key that holds. Where a choice is ours: of two header members of one name the
// last counts (RFC 7515 section 4 leaves that or a refusal), and bare keys of the vectors marked `use: enc` are a matter of key sets (J-21).

import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import test from 'ava'
import { type JwtAlgorithm, jwt } from 'gatewright'
import { z } from 'zod'
import { type AuthGateway, startAuthGateway } from '../helpers/auth-gateway.js'
import { base64url, hmac, rawToken, signWith } from '../helpers/tokens.js'

const EXP = 1_900_000_100
const SECRET = 'a secret of more than sixty-four bytes, so that it also serves for HS512'
const claims = z.looseObject({ sub: z.string() })
const payload = { iss: 'joe', aud: 'api', sub: 'ann', exp: EXP }

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed = generateKeyPairSync('ed25519')
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string
const accepting = (algorithm: JwtAlgorithm, key: { readonly publicKey: string } | { readonly secret: string }) =>
  startAuthGateway(jwt({ issuer: 'joe', audience: 'api', algorithms: [algorithm], claims, ...key }))

const gates = {
  HS256: await accepting('HS256', { secret: SECRET }),
  RS256: await accepting('RS256', { publicKey: pem(rsa.publicKey) }),
  PS256: await accepting('PS256', { publicKey: pem(rsa.publicKey) }),
  ES256: await accepting('ES256', { publicKey: pem(p256.publicKey) }),
  EdDSA: await accepting('EdDSA', { publicKey: pem(ed.publicKey) }),
}
type Algorithm = keyof typeof gates
test.after.always(() => Promise.all(Object.values(gates).map((gate) => gate.close())))

const pss =
  (saltLength: number, hash = 'sha256') =>
  (input: string) =>
    sign(hash, Buffer.from(input), { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
const signers: Readonly<Record<Algorithm, (input: string) => Uint8Array>> = {
  HS256: hmac(SECRET),
  RS256: signWith(rsa.privateKey),
  PS256: pss(32),
  ES256: signWith(p256.privateKey),
  EdDSA: (input) => sign(null, Buffer.from(input), ed.privateKey),
}
const algorithms = Object.keys(gates) as Algorithm[]
const token = (alg: Algorithm, header: object | string = { alg }) => rawToken(header, payload, signers[alg])

const refuses = async (gate: AuthGateway, value: string) => (await gate.bearer(value)).code === 'INVALID_CREDENTIALS'
const bytesOf = (value: string) => Buffer.from(value.split('.')[2] as string, 'base64url')
const withSignature = (value: string, signature: Uint8Array) => value.replace(/[^.]+$/, base64url(signature))

for (const alg of algorithms) {
  const gate = gates[alg]

  test(`J-25: ${alg}: a signature that is cut, extended, changed, empty or another’s does not hold`, async (t) => {
    const good = token(alg)
    t.is((await gate.bearer(good)).status, 200)
    const signature = bytesOf(good)
    const flipped = (at: number) => signature.map((byte, index) => (index === at ? byte ^ 1 : byte))
    const last = signature.length - 1
    const others = [
      signature.subarray(0, last),
      signature.subarray(1),
      signature.subarray(0, 1),
      Buffer.concat([signature, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), signature]),
      Buffer.concat([signature, signature]),
      Buffer.alloc(signature.length),
      Buffer.alloc(signature.length, 255),
      ...[0, last >> 1, last].map(flipped),
      bytesOf(rawToken({ alg }, { ...payload, sub: 'bob' }, signers[alg])),
    ]
    for (const other of others) t.true(await refuses(gate, withSignature(good, other)), `${other.length} bytes`)
    t.true(await refuses(gate, good.replace(/[^.]+$/, '')))
  })

  test(`J-25: ${alg}: every other algorithm in the header, and none, is refused with this key`, async (t) => {
    const names = [
      'none',
      'None',
      'NONE',
      'nOnE',
      '',
      alg.toLowerCase(),
      `${alg} `,
      'HS1',
      'RS1',
      'ES256K',
      'Ed448',
      1,
      null,
      [alg],
      { alg },
    ]
    const others = [...names, ...algorithms.filter((other) => other !== alg), undefined]
    for (const other of others) {
      t.true(await refuses(gate, rawToken({ alg: other }, payload, signers[alg])), String(other))
      t.true(
        await refuses(
          gate,
          rawToken({ alg: other }, payload, () => 'AA'),
        ),
        String(other),
      )
    }
  })

  test(`J-25: ${alg}: of two header members the last counts; critical ones that are not understood are refused`, async (t) => {
    t.is((await gate.bearer(token(alg, `{"alg":"none","alg":"${alg}"}`))).status, 200)
    t.is((await gate.bearer(token(alg, `{"\\u0061lg":"${alg}"}`))).status, 200, 'an escaped name is the same name')
    t.true(await refuses(gate, token(alg, `{"alg":"${alg}","alg":"none"}`)))
    t.true(await refuses(gate, token(alg, `{"ALG":"${alg}"}`)))
    for (const more of ['"crit":["exp"]', '"crit":[]', '"crit":"b64"', '"crit":null', '"crit":["b64"],"b64":true', '"b64":false'])
      t.true(await refuses(gate, token(alg, `{"alg":"${alg}",${more}}`)), more)
  })

  test(`J-25: ${alg}: only the one spelling in base64url is taken`, async (t) => {
    const [head = '', body = '', tail = ''] = token(alg).split('.')
    const last = tail.at(-1) as string
    const next = String.fromCharCode(last.charCodeAt(0) + 1)
    const signature = bytesOf(`${head}.${body}.${tail}`)
    const parts = (first: string, second: string, third: string) => `${first}.${second}.${third}`
    const spellings = [
      parts(head, body, `${tail}=`),
      parts(`${head}=`, body, tail),
      parts(head, `${body}==`, tail),
      parts(head, body, ` ${tail}`),
      parts(head, body, `${tail.slice(0, 4)}.${tail.slice(4)}`),
      parts(head, body, `${tail.slice(0, 4)}!${tail.slice(4)}`),
      parts(head, body, `${tail.slice(0, 4)}%20${tail.slice(4)}`),
      parts(head, '', tail),
      parts('', body, tail),
      `${head}.${body}`,
      // One more bit than the bytes have.
      ...(tail.length % 4 === 0 ? [] : [parts(head, body, tail.slice(0, -1) + next)]),
      ...(/[-_]/.test(tail) ? [parts(head, body, signature.toString('base64').replace(/=+$/, ''))] : []),
    ]
    for (const spelling of spellings) t.true(await refuses(gate, spelling), spelling.slice(-16))
  })
}

test('J-25: an RSA key is no HMAC secret, and PKCS #1 v1.5 and PSS are not each other', async (t) => {
  const spki = pem(rsa.publicKey)
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' })
  const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }) as string
  for (const key of [spki, spki.trim(), pkcs1, der, JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))])
    for (const alg of ['HS256', 'RS256', 'PS256'])
      for (const gate of [gates.RS256, gates.PS256]) t.true(await refuses(gate, rawToken({ alg }, payload, hmac(key))))
  t.true(await refuses(gates.PS256, rawToken({ alg: 'PS256' }, payload, signers.RS256)))
  t.true(await refuses(gates.RS256, rawToken({ alg: 'RS256' }, payload, signers.PS256)))
  t.true(await refuses(gates.RS256, rawToken({ alg: 'RS256' }, payload, signWith(rsa.privateKey, 'sha1'))))
  t.true(await refuses(gates.RS256, rawToken({ alg: 'RS256' }, payload, signWith(rsa.privateKey, 'sha512'))))
  t.true(await refuses(gates.PS256, rawToken({ alg: 'PS256' }, payload, pss(32, 'sha384'))))
  for (const salt of [0, 20, 64]) t.true(await refuses(gates.PS256, rawToken({ alg: 'PS256' }, payload, pss(salt))), `salt of ${salt}`)
})

test('J-25: ES256 takes r and s between 1 and the order, in 64 bytes and nothing else', async (t) => {
  const good = token('ES256')
  const raw = bytesOf(good)
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const field = Buffer.from('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff', 'hex')
  const [r, s, zero] = [raw.subarray(0, 32), raw.subarray(32), Buffer.alloc(32)]
  const one = Buffer.from('01'.padStart(64, '0'), 'hex')
  const pairs = [zero, one, order, field].flatMap(
    (n) =>
      [
        [n, n],
        [r, n],
        [n, s],
      ] as const,
  )
  for (const pair of pairs) t.true(await refuses(gates.ES256, withSignature(good, Buffer.concat(pair))))
  const wide = Buffer.concat([Buffer.alloc(1), r, Buffer.alloc(1), s])
  t.true(await refuses(gates.ES256, withSignature(good, wide)), 'each number with a zero before it')
  t.true(await refuses(gates.ES256, withSignature(good, Buffer.concat([s, r]))))
  t.true(await refuses(gates.ES256, rawToken({ alg: 'ES256' }, payload, signWith(p256.privateKey, 'sha256', 'der'))))
  t.true(await refuses(gates.ES256, rawToken({ alg: 'ES256' }, payload, signWith(p256.privateKey, 'sha384'))))
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
  t.true(await refuses(gates.ES256, rawToken({ alg: 'ES256' }, payload, signWith(other))), 'another curve of the same size')
})

test('J-25: an Ed25519 signature is not taken with the order added to its number', async (t) => {
  const good = token('EdDSA')
  const bytes = bytesOf(good)
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const number = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order
  const more = Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()
  t.true(await refuses(gates.EdDSA, withSignature(good, Buffer.concat([bytes.subarray(0, 32), more]))))
})

test('J-25: a key that the token brings is not the key', async (t) => {
  const mallory = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = mallory.publicKey.export({ format: 'jwk' })
  const forge = signWith(createPrivateKey(mallory.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  for (const more of [{ jwk }, { jwk, kid: 'x' }, { x5c: ['AAAA'] }, { jku: 'http://127.0.0.1:9/' }, { x5u: 'http://127.0.0.1:9/' }])
    t.true(await refuses(gates.RS256, rawToken({ alg: 'RS256', ...more }, payload, forge)), Object.keys(more).join())
})
