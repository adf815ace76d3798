import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import test from 'ava'
import {
  ConfigError,
  defineGateway,
  type HttpSignatureOptions,
  httpSignature,
  resolveGateway,
  route,
  type Schema,
  upstream,
} from 'gatewright'
import { type AuthAnswer, manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Options = HttpSignatureOptions<Schema<undefined, undefined>>

const SECRET = 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=='
const RSA_PSS = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`
const ED25519 = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----`

const rfcKeys: Options['keys'] = [
  { id: 'test-key-rsa-pss', algorithm: 'rsa-pss-sha512', publicKey: RSA_PSS, consumer: 'rsa' },
  { id: 'test-key-ed25519', algorithm: 'ed25519', publicKey: ED25519, consumer: 'ed' },
  { id: 'test-shared-secret', algorithm: 'hmac-sha256', secret: SECRET, consumer: 'hmac' },
]

/** The request of RFC 9421 appendix B.2. */
const BODY = '{"hello": "world"}'
const REQUEST = [
  ...['Date', 'Tue, 20 Apr 2021 02:07:55 GMT', 'Content-Type', 'application/json'],
  'Content-Digest',
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
  ...['Content-Length', '18'],
]
const CREATED = 1_618_884_473

const vectors: [string, string, string, Options['components']][] = [
  [
    'B.2.2: selected parts with rsa-pss-sha512',
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    'LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==',
    ['@authority'],
  ],
  [
    'B.2.3: everything with rsa-pss-sha512',
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    'bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==',
    ['@method', '@authority', '@path', '@query'],
  ],
  [
    'B.2.5: hmac-sha256',
    'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    ['@authority'],
  ],
  [
    'B.2.6: ed25519',
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    ['@authority'],
  ],
]

for (const [name, input, signature, components] of vectors)
  test(`RFC 9421 ${name}`, async (t) => {
    const auth = httpSignature({ keys: rfcKeys, components: components as string[], nonce: 'ignore', digest: false })
    const gateway = await startAuthGateway(auth, manualClock(CREATED * 1_000))
    t.teardown(() => gateway.close())
    const label = input.slice(0, input.indexOf('='))
    const ask = (value: string, headers = REQUEST) =>
      gateway.ask(['Host', 'example.com', ...headers, 'Signature-Input', input, 'Signature', `${label}=:${value}:`], {
        host: false,
        path: '/foo?param=Value&Pet=dog',
        method: 'POST',
        body: BODY,
      })
    const answer = await ask(signature)
    t.is(answer.detail, undefined)
    t.is(answer.auth.keyId, /keyid="([^"]+)"/.exec(input)?.[1])
    t.deepEqual([...answer.stripped].sort(), ['signature', 'signature-input'])
    const flipped = Buffer.from(signature, 'base64')
    flipped[9] = (flipped[9] as number) ^ 1
    t.is((await ask(flipped.toString('base64'))).detail, 'The signature is wrong.')
    const other = input.includes('"date"')
      ? REQUEST.with(1, 'Tue, 20 Apr 2021 02:07:56 GMT')
      : REQUEST.with(5, REQUEST[5]!.replace('W', 'X'))
    t.is((await ask(signature, other)).detail, 'The signature is wrong.')
  })

const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string
const NOW = 1_900_000_000

const auth = httpSignature({
  keys: [
    { id: 'ec', algorithm: 'ecdsa-p256-sha256', publicKey: pem(ec.publicKey), consumer: 'acme' },
    { id: 'shared', algorithm: 'hmac-sha256', secret: SECRET, consumer: 'acme' },
  ],
})

interface Sent {
  readonly key?: 'ec' | 'shared'
  readonly components?: readonly string[]
  readonly params?: string
  readonly created?: number
  readonly nonce?: string
  readonly body?: string
  readonly digest?: string
  readonly path?: string
  readonly query?: string
}

/** Headers of a signed request; what is left out is right. */
function signed(sent: Sent = {}): { headers: string[]; path: string; method: string; body: string | undefined } {
  const { key = 'ec', body, created = NOW, nonce = randomBytes(9).toString('hex'), path = '/orders', query = '' } = sent
  const digest = body === undefined ? undefined : (sent.digest ?? `sha-256=:${createHash('sha256').update(body).digest('base64')}:`)
  const components = sent.components ?? ['@method', '@authority', '@path', '@query', ...(digest === undefined ? [] : ['content-digest'])]
  const values: Record<string, string> = {
    '@method': body === undefined ? 'GET' : 'POST',
    '@authority': 'gw',
    '@path': path,
    '@query': `?${query}`,
    '@target-uri': `http://gw${path}${query && `?${query}`}`,
    '@scheme': 'http',
    '@request-target': `${path}${query && `?${query}`}`,
    'content-digest': digest ?? '',
  }
  const list = `(${components.map((name) => `"${name}"`).join(' ')});created=${created};keyid="${key}"${nonce && `;nonce="${nonce}"`}${sent.params ?? ''}`
  const base = `${components.map((name) => `"${name}": ${values[name]}\n`).join('')}"@signature-params": ${list}`
  const bytes =
    key === 'ec'
      ? sign('sha256', Buffer.from(base), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
      : createHmac('sha256', Buffer.from(SECRET, 'base64')).update(base).digest()
  const headers = ['Signature-Input', `sig=${list}`, 'Signature', `sig=:${bytes.toString('base64')}:`]
  const framing = body === undefined ? [] : ['Content-Digest', digest as string, 'Content-Length', String(Buffer.byteLength(body))]
  return { headers: [...headers, ...framing], path: `${path}${query && `?${query}`}`, method: values['@method'] as string, body }
}

const start = (given: Parameters<typeof startAuthGateway>[0] = auth) => startAuthGateway(given, manualClock(NOW * 1_000))
type Gate = Awaited<ReturnType<typeof start>>
const send = (gate: Gate, sent: Sent): Promise<AuthAnswer> => {
  const { headers, path, method, body } = signed(sent)
  return gate.ask(headers, { path, method, ...(body === undefined ? {} : { body }) })
}

test('a signature with each kind of key gives its consumer and what it covers', async (t) => {
  const gate = await start()
  t.teardown(() => gate.close())
  for (const key of ['ec', 'shared'] as const) {
    const answer = await send(gate, { key, query: 'a=1&b=%20' })
    t.deepEqual(answer.auth, {
      kind: 'httpSignature',
      keyId: key,
      consumer: 'acme',
      components: ['@method', '@authority', '@path', '@query'],
    })
    t.true(answer.frozen)
  }
  const all = ['@method', '@authority', '@path', '@query', '@target-uri', '@scheme', '@request-target']
  t.is((await send(gate, { components: all, query: 'x' })).status, 200)
})

test('what is missing, late, early, replayed or weak is refused, with what is expected', async (t) => {
  const gate = await start()
  t.teardown(() => gate.close())
  const cases: [Sent, string][] = [
    [{ components: ['@method', '@authority', '@path'] }, 'The signature does not cover @query.'],
    [{ created: NOW - 301 }, 'The signature is too old, or from the future.'],
    [{ created: NOW + 301 }, 'The signature is too old, or from the future.'],
    [{ params: `;expires=${NOW}` }, 'The signature has expired.'],
    [{ nonce: '' }, 'The signature has no nonce.'],
    [{ params: ';alg="hmac-sha256"' }, 'The key is for another algorithm.'],
    [
      { components: ['@method', '@authority', '@path', '@query', 'x-not-there'] },
      'The signature covers something that the request does not have.',
    ],
    [
      { components: ['@method', '@authority', '@path', '@query', '@method'] },
      'The signature is malformed, or of a form that is not understood.',
    ],
    [{ body: 'x', components: ['@method', '@authority', '@path', '@query'] }, 'The signature does not cover content-digest.'],
  ]
  for (const [sent, detail] of cases) {
    const answer = await send(gate, sent)
    t.deepEqual([answer.status, answer.code, answer.detail, answer.challenges], [401, 'INVALID_CREDENTIALS', detail, ['Signature']])
  }
  const none = await gate.ask([])
  t.is(none.code, 'UNAUTHENTICATED')
  t.deepEqual(none.headers['Accept-Signature'], ['sig=("@method" "@authority" "@path" "@query");created;keyid;nonce'])
})

test('a nonce works once, whichever process saw it first', async (t) => {
  const gate = await start()
  t.teardown(() => gate.close())
  t.is((await send(gate, { nonce: 'n-1' })).status, 200)
  t.is((await send(gate, { nonce: 'n-1' })).detail, 'The signature was used before.')
  t.is((await send(gate, { nonce: 'n-1', key: 'shared' })).status, 200, 'nonces of another key are its own')
})

test('a body is checked against every digest that is known', async (t) => {
  const gate = await start()
  t.teardown(() => gate.close())
  const sha256 = createHash('sha256').update('{"a":1}').digest('base64')
  const sha512 = createHash('sha512').update('{"a":1}').digest('base64')
  t.is((await send(gate, { body: '{"a":1}' })).status, 200)
  t.is((await send(gate, { body: '{"a":1}', digest: `md5=:AAAA:, sha-512=:${sha512}:` })).status, 200)
  const wrong = [`sha-256=:${sha256}:, sha-512=:${sha256}:`, 'md5=:AAAA:', 'sha-256=x', `sha-256=:${sha512}:`]
  for (const digest of wrong)
    t.is((await send(gate, { body: '{"a":1}', digest })).detail, 'Content-Digest is not that of the body, or of no known kind.', digest)
})

test('fields that cannot be parsed, or name parts with parameters that are not understood, are refused', async (t) => {
  const gate = await start()
  t.teardown(() => gate.close())
  const forms = [
    ['sig=("@method";req);created=1;keyid="ec"', 'sig=:AA==:'],
    ['sig=(@method);created=1', 'sig=:AA==:'],
    ['sig', 'sig=:AA==:'],
    ['sig=("@method")', 'other=:AA==:'],
    ['sig=("@method")', 'sig="AA=="'],
    ['!', '?'],
  ]
  for (const [input, signature] of forms) {
    const answer = await gate.ask(['Signature-Input', input as string, 'Signature', signature as string])
    t.is(answer.detail, 'The signature is malformed, or of a form that is not understood.', input)
  }
  const twice = await gate.ask([...signed().headers, 'Signature', 'sig=:AA==:'])
  t.is(twice.detail, 'The request has more than one signature header.')
})

test('a key that does not fit its algorithm is refused at load', async (t) => {
  const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
  const load = (keys: unknown) =>
    resolveGateway(
      defineGateway({
        info: { title: 'T', version: '1.0.0' },
        routes: { any: route({ method: 'GET', path: '/', upstream: target, auth: httpSignature({ keys: keys as Options['keys'] }) }) },
      }),
    )
  const one = t.throws(() => load([{ id: 'a', algorithm: 'ed25519', secret: SECRET, consumer: 'c' }]), { instanceOf: ConfigError })
  t.deepEqual(
    one?.issues.map(({ message }) => message),
    ['ed25519 needs a `publicKey`', 'ed25519 has no `secret`'],
  )
  const keys: Options['keys'] = [{ id: 'a', algorithm: 'ed25519', publicKey: pem(ec.publicKey), consumer: 'c' }]
  const error = await t.throwsAsync(async () => start(httpSignature({ keys })), { instanceOf: ConfigError })
  t.like(error?.issues[0], { path: ['routes', 'any', 'auth', 'keys', 0, 'publicKey'], message: 'this key cannot check ed25519 signatures' })
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a signed body reaches the upstream byte for byte, and a larger one than the route takes is 413`, async (t) => {
    const backend = await startUpstream(t)
    const target = upstream('target', { targets: [backend.url] })
    const gateway = await startGateway(t, {
      post: route({ method: 'POST', path: '/orders', upstream: target, auth, bodyLimit: '1kb', lifecycle }),
    })
    const host = new URL(gateway.url).host
    const post = (body: string) => {
      const created = Math.floor(Date.now() / 1_000)
      const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
      const params = `("@method" "@authority" "@path" "@query" "content-digest");created=${created};keyid="shared";nonce="${randomBytes(9).toString('hex')}"`
      const base = `"@method": POST\n"@authority": ${host}\n"@path": /orders\n"@query": ?\n"content-digest": ${digest}\n"@signature-params": ${params}`
      const value = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(base).digest('base64')
      const headers = { 'content-digest': digest, 'signature-input': `s=${params}`, signature: `s=:${value}:` }
      return fetch(`${gateway.url}/orders`, { method: 'POST', body, headers })
    }
    t.is((await post('{"é":1}')).status, 200)
    t.is(backend.requests[0]?.body, '{"é":1}')
    t.is(backend.requests[0]?.headers['signature'], undefined)
    t.is((await post('x'.repeat(2_000))).status, 413)
    t.is(backend.requests.length, 1)
  })
