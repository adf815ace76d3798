import {
  anyOf,
  apiKey,
  cache,
  concurrency,
  cookies,
  cors,
  faultInjection,
  fetchMetadata,
  headers,
  idempotency,
  ip,
  ipFilter,
  jwt,
  loadShedding,
  maintenance,
  mock,
  query,
  quota,
  rateLimit,
  requestCaps,
  securityHeaders,
  timeWindow,
  userAgents,
} from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import type { AuthName, PolicyName } from '../../sdk/policies/index.js'
import { rawToken } from '../helpers/tokens.js'
import type { Actor, Scene } from './scene.js'

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

/**
 * For each policy and auth, scenes that reach every problem and header that it declares in them. A new policy needs an entry of its own,
 * with a scene for each set of options that changes what it declares.
 */
export const POLICY_SCENES: Readonly<Record<PolicyName | AuthName, readonly Scene[]>> = {
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
  cache: [
    { route: { use: { policy: cache({ ttl: '1m' }) } }, play: twice },
    {
      route: { use: { policy: cache({ ttl: '1m', requestDirectives: true }) } },
      play: async ({ send }) => [await send({ 'cache-control': 'only-if-cached' }), await send(), await send()],
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
}
