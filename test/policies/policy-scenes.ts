import { createHmac } from 'node:crypto'
import {
  anyOf,
  apiKey,
  basic,
  cache,
  concurrency,
  cookies,
  cors,
  faultInjection,
  fetchMetadata,
  forwardAuth,
  githubWebhook,
  headers,
  httpSignature,
  idempotency,
  introspection,
  ip,
  ipFilter,
  jwt,
  loadShedding,
  maintenance,
  mock,
  mtls,
  query,
  quota,
  rateLimit,
  requestCaps,
  securityHeaders,
  standardWebhooks,
  timeWindow,
  userAgents,
} from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import type { AuthName, PolicyName } from '../../sdk/policies/index.js'
import { CA, TLS, tlsFile, tlsText } from '../helpers/http2.js'
import { json, startService } from '../helpers/scripted-service.js'
import { rawToken } from '../helpers/tokens.js'
import type { Actor, SceneSource } from './scene.js'

const closed = 'closed'
/** A Redis that is not there. */
const gateway = { redis: { url: 'redis://127.0.0.1:1' } } as const
const SECRET = 'a secret that is long enough for HS256'
const claims = z.object({ sub: z.string() })
const JSON_TYPE = { 'content-type': 'application/json' }

const session = jwt({ issuer: 'here', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims })
/** Its keys are nowhere to be fetched. */
const remote = jwt({ issuer: 'there', audience: 'api', algorithms: ['RS256'], jwks: 'http://127.0.0.1:1/keys', claims })
const { id, hash } = mintApiKey()
const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
const unchecked = rawToken({ alg: 'RS256', kid: 'a' }, { iss: 'there', aud: 'api', sub: 'ann', exp: 4_000_000_000 }, () => 'AAAA')

const once = ({ send }: Actor) => send()
const twice = async ({ send }: Actor) => [await send(), await send()]

/** Holds this process up until a request is refused for it: what is measured is forgotten after half a second. */
async function overload({ send }: Actor): Promise<void> {
  for (let turn = 0, status = 200; status === 200 && turn < 20; turn += 1) {
    const until = performance.now() + 800
    while (performance.now() < until);
    status = await send()
  }
}

const HMAC_KEY = Buffer.alloc(32, 7)
const hmacKey = { id: 'k', algorithm: 'hmac-sha256', secret: HMAC_KEY.toString('base64'), consumer: 'acme' } as const

/** A signature that holds (RFC 9421), of a request whose digest is `digest` if it has a body. */
function signed(url: string, method: string, digest?: string): Record<string, string> {
  const { host, pathname } = new URL(url)
  const created = Math.floor(Date.now() / 1_000)
  const covered = [
    ['@method', method],
    ['@authority', host],
    ['@path', pathname],
    ['@query', '?'],
    ...(digest ? [['content-digest', digest]] : []),
  ]
  const params = `(${covered.map(([name]) => `"${name}"`).join(' ')});created=${created};keyid="k";nonce="${created}"`
  const base = [...covered, ['@signature-params', params]].map(([name, value]) => `"${name}": ${value}`).join('\n')
  const signature = createHmac('sha256', HMAC_KEY).update(base).digest('base64')
  return { 'signature-input': `sig=${params}`, signature: `sig=:${signature}:`, ...(digest && { 'content-digest': digest }) }
}

const WEBHOOK_KEY = Buffer.alloc(24, 7)

/** A delivery that holds (Standard Webhooks 1.0). */
function delivered(body: string): Record<string, string> {
  const time = String(Math.floor(Date.now() / 1_000))
  const signature = createHmac('sha256', WEBHOOK_KEY).update(`d1.${time}.${body}`).digest('base64')
  return { 'webhook-id': 'd1', 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` }
}

const billing = mtls({ consumers: [{ consumer: 'billing', san: 'URI:spiffe://example.org/billing' }] })
const certificate = (name: string) => ({ ca: CA, cert: tlsText(`client-${name}.cert.pem`), key: tlsText(`client-${name}.key.pem`) })

/**
 * For each policy and auth, scenes that reach every problem and header that it declares in them. A new policy needs an entry of its own,
 * with a scene for each set of options that changes what it declares.
 */
export const POLICY_SCENES: Readonly<Record<PolicyName | AuthName, readonly SceneSource[]>> = {
  cors: [
    {
      route: { use: { policy: cors({ origins: ['https://a.example'], credentials: true }) } },
      play: ({ send }) => send({ origin: 'https://a.example' }),
    },
  ],
  'rate-limit': [
    { route: { use: { policy: rateLimit({ by: ip, limit: '1/h', legacyHeaders: true }) } }, play: twice },
    { route: { use: { policy: rateLimit({ by: ip, limit: '1/h', onStoreFailure: closed }) } }, gateway, play: once },
  ],
  quota: [
    { route: { use: { policy: quota({ by: ip, limit: '1/year', legacyHeaders: true }) } }, play: twice },
    { route: { use: { policy: quota({ by: ip, limit: '1/year', onStoreFailure: closed }) } }, gateway, play: once },
  ],
  headers: [{ route: { use: { policy: headers({ response: { set: { 'x-a': '1' }, add: { link: '</b>; rel="next"' } } }) } }, play: once }],
  query: [{ route: { use: { policy: query({ set: { a: '1' } }) } }, play: once }],
  cookies: [{ route: { use: { policy: cookies({ response: { secure: true } }) } }, play: once }],
  concurrency: [
    { route: { use: { policy: concurrency({ limit: 1 }) } }, play: ({ send, during }) => during(send) },
    { route: { use: { policy: concurrency({ limit: 1, onStoreFailure: closed }) } }, gateway, play: once },
  ],
  'fault-injection': [{ route: { use: { policy: faultInjection({ abort: { problem: 'UPSTREAM_UNREACHABLE' } }) } }, play: once }],
  'fetch-metadata': [{ route: { use: { policy: fetchMetadata() } }, play: ({ send }) => send({ 'sec-fetch-site': 'cross-site' }) }],
  'ip-filter': [{ route: { use: { policy: ipFilter({ deny: ['127.0.0.0/8'] }) } }, play: once }],
  'load-shedding': [{ route: { use: { policy: loadShedding({ from: '1ms', full: '2ms', utilisation: 0 }) } }, play: overload }],
  maintenance: [{ route: { use: { policy: maintenance({ active: true }) } }, play: once }],
  mock: [{ route: { use: { policy: mock() } }, replies: true, play: ({ send }) => send({ prefer: 'code=200' }) }],
  'request-caps': [
    {
      route: { method: 'POST', bodyLimit: '1kb', use: { policy: requestCaps({ json: { depth: 1 }, headers: { count: 40 } }) } },
      async play({ send }) {
        await send(JSON_TYPE, '[[]]')
        await send(JSON_TYPE, `["${'a'.repeat(2_000)}"]`)
        await send({ ...JSON_TYPE, 'content-encoding': 'gzip' }, '[]')
        await send(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x-${index}`, 'a'])), '')
      },
    },
  ],
  'security-headers': [{ route: { use: { policy: securityHeaders() } }, play: ({ send }) => send({ 'x-forwarded-proto': 'https' }) }],
  'time-window': [
    {
      route: { use: { policy: timeWindow({ days: ['mon'], timeZone: 'UTC' }) } },
      run: { clock: fakeClock(Date.parse('2026-11-24T12:00:00Z')) },
      play: once,
    },
  ],
  'user-agents': [{ route: { use: { policy: userAgents({ deny: ['bad*'] }) } }, play: ({ send }) => send({ 'user-agent': 'Bad/1.0' }) }],
  idempotency: [
    {
      route: { method: 'POST', bodyLimit: '1kb', use: { policy: idempotency({ by: ip }) } },
      async play({ send, during }) {
        const key = { 'idempotency-key': 'k1' }
        await during(() => send(key, 'a'), key, 'a')
        await send(key, 'a')
        await send(key, 'b')
        await send({ 'idempotency-key': 'k'.repeat(300) }, 'a')
        await send({ 'idempotency-key': 'k2' }, 'a'.repeat(2_000))
      },
    },
    {
      route: { method: 'POST', use: { policy: idempotency({ by: ip, onStoreFailure: closed }) } },
      gateway,
      play: ({ send }) => send({ 'idempotency-key': 'k1' }, 'a'),
    },
  ],
  jwt: [
    {
      route: { auth: session },
      play: async ({ send }) => [await send(), await send({ authorization: 'Bearer not.a.token' })],
    },
    { route: { auth: remote }, play: ({ send }) => send({ authorization: `Bearer ${unchecked}` }) },
  ],
  'api-key': [{ route: { auth: partner }, play: async ({ send }) => [await send(), await send({ 'x-api-key': mintApiKey().key })] }],
  'any-of': [
    {
      route: { auth: anyOf(remote, partner) },
      async play({ send }) {
        await send()
        await send({ 'x-api-key': mintApiKey().key })
        await send({ authorization: `Bearer ${unchecked}` })
      },
    },
  ],
  basic: [
    {
      route: {
        auth: basic({
          realm: 'Shop',
          users: [{ name: 'ada', password: '$scrypt$ln=15,r=8,p=1$8tF1VGzuu3NYW54sg4Pn3Q$0rK5N4W9Q3nJ8xF2mT7vZ1cYb6LpGdHsAeUiOoRkXwE' }],
        }),
      },
      async play({ send }) {
        await send()
        // More at once than may wait for their passwords to be hashed.
        await Promise.all(Array.from({ length: 150 }, (_, index) => send({ authorization: `Basic ${btoa(`ada:wrong${index}`)}` })))
      },
    },
  ],
  introspection: [
    async (t) => {
      const service = await startService(t, json({ active: false }))
      return {
        route: { auth: introspection({ endpoint: service.url, client: { id: 'gateway', secret: 'secret' }, claims, refuseFor: '0s' }) },
        async play({ send }) {
          await send()
          await send({ authorization: 'Bearer abc' })
          service.answer = json({}, 500)
          await send({ authorization: 'Bearer def' })
        },
      }
    },
  ],
  'forward-auth': [
    async (t) => {
      const answer = (status: number) => (_asked: unknown, res: { writeHead(status: number): { end(): void } }) =>
        res.writeHead(status).end()
      const service = await startService(t, answer(401))
      return {
        route: { auth: forwardAuth({ url: service.url, headers: ['authorization'] }) },
        async play({ send }) {
          await send()
          for (const status of [401, 403, 500]) {
            service.answer = answer(status)
            await send({ authorization: 'Token a' })
          }
        },
      }
    },
  ],
  'http-signature': [
    {
      route: { method: 'POST', bodyLimit: '1kb', auth: httpSignature({ keys: [hmacKey] }) },
      async play({ url, send }) {
        await send()
        await send({ 'signature-input': 'sig=("@method");created=1;keyid="k";nonce="a"', signature: 'sig=:AAAA:' })
        await send(signed(url, 'POST', `sha-256=:${Buffer.alloc(32).toString('base64')}:`), 'a'.repeat(2_000))
      },
    },
    { route: { auth: httpSignature({ keys: [hmacKey] }) }, gateway, play: ({ url, send }) => send(signed(url, 'GET')) },
  ],
  webhook: [
    {
      route: { method: 'POST', bodyLimit: '1kb', auth: githubWebhook({ secret: 'an example secret of GitHub' }) },
      async play({ send }) {
        const signature = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
        await send()
        await send(signature, 'a')
        await send(signature, 'a'.repeat(2_000))
      },
    },
    {
      route: { method: 'POST', auth: standardWebhooks({ secret: `whsec_${WEBHOOK_KEY.toString('base64')}` }) },
      gateway,
      play: ({ send }) => send(delivered('a'), 'a'),
    },
  ],
  mtls: [
    {
      route: { auth: billing },
      gateway: { server: { tls: { ...TLS, clientCaFile: tlsFile('client-ca.pem') } } },
      play: async ({ send }) => [await send({}, '', { ca: CA }), await send({}, '', certificate('stranger'))],
    },
  ],
  cache: [
    {
      route: { use: { policy: cache({ ttl: '1m', requestDirectives: true }) } },
      play: async ({ send }) => [await send({ 'cache-control': 'only-if-cached' }), await send(), await send()],
    },
  ],
}
