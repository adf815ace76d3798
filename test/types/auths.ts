// Compiles only if the auths give what they say, and refuse what cannot work. An expected error has to be on the line under its comment.

import type {
  ApiKeySource,
  Auth,
  BasicAuth,
  ForwardAuthAuth,
  HttpSignatureSource,
  IntrospectionSource,
  MtlsSource,
  WebhookAuth,
} from 'gatewright'
import {
  apiKey,
  basic,
  forwardAuth,
  githubWebhook,
  httpSignature,
  introspection,
  ip,
  mtls,
  rateLimit,
  route,
  stripeWebhook,
} from 'gatewright'
import { z } from 'zod'
import { exact } from './exact.js'
import { session, users } from './shared.js'

const get = { method: 'GET', path: '/', upstream: users } as const
const metadata = z.object({ tier: z.enum(['gold', 'tin']) })
type Metadata = { tier: 'gold' | 'tin' }

// --- what they give ------------------------------------------------------------------------------------------------

const inFile = apiKey({ store: { file: 'keys.json' }, metadata })
const inRedis = apiKey({ store: { redis: true, ttl: '30s' } })
const staff = basic({ realm: 'Shop', users: [{ name: 'ada', password: '…', metadata: { tier: 'gold' } }], metadata })
const signed = httpSignature({ keys: [{ id: 'a', algorithm: 'ed25519', publicKey: '…', consumer: 'c' }] })
const known = introspection({
  endpoint: '…',
  client: { id: 'a', secret: 'b' },
  claims: z.object({ sub: z.string() }),
  scopes: ['read', 'write'],
  roles: ['admin'],
})
const service = mtls({ consumers: [{ consumer: 'a', san: 'DNS:a' }] })
const decided = forwardAuth({
  url: '…',
  headers: ['cookie'],
  data: z.object({ 'x-level': z.coerce.number() }),
  cache: { ttl: '30s', by: ip },
})

exact<ApiKeySource<Metadata, 401>>()(inFile)
exact<ApiKeySource<undefined, 401 | 503>>()(inRedis)
exact<Auth<BasicAuth<Metadata>, 401 | 503>>()(staff)
exact<HttpSignatureSource<undefined>>()(signed)
exact<Auth<WebhookAuth, 401 | 413 | 503>>()(githubWebhook({ secret: '…' }))
exact<IntrospectionSource<{ sub: string }, 'read' | 'write', 'admin'>>()(known)
exact<MtlsSource<undefined>>()(service)
exact<Auth<ForwardAuthAuth<{ 'x-level': number }>, 401 | 403 | 503>>()(decided)

export const perLevel = rateLimit({ by: decided.key((auth) => String(auth.data['x-level'])), limit: '5/s' })
export const limited = route({ ...get, auth: decided, use: { limit: perLevel } })

export const scoped = route({
  ...get,
  auth: known,
  use: { read: known.scopes(['read', 'write']), admin: known.roles('admin', { match: 'any' }) },
})

export const listed = route({ ...get, auth: service, use: { who: service.consumers({ allow: ['a'] }) } })
export const unlisted = route({
  ...get,
  auth: service,
  // @ts-expect-error consumers of another auth
  use: { who: signed.consumers({ deny: ['a'] }) },
})

// --- what cannot work ----------------------------------------------------------------------------------------------

export const limitedByAnother = route({
  ...get,
  auth: staff,
  // @ts-expect-error a limiter keyed on another auth
  use: { limit: perLevel },
})
apiKey({
  // @ts-expect-error both stores
  store: { file: 'keys.json', ttl: '1m' },
})
apiKey({
  // @ts-expect-error not a duration
  store: { redis: true, ttl: '1 minute' },
})
basic({
  realm: 'Shop',
  // @ts-expect-error metadata of another shape
  users: [{ name: 'ada', password: '…', metadata: { tier: 'lead' } }],
  metadata,
})
httpSignature({
  // @ts-expect-error a public key for a shared secret's algorithm
  keys: [{ id: 'a', algorithm: 'hmac-sha256', publicKey: '…', consumer: 'c' }],
})
httpSignature({
  // @ts-expect-error no such algorithm
  keys: [{ id: 'a', algorithm: 'rsa-v1_5-sha256', publicKey: '…', consumer: 'c' }],
})
mtls({
  // @ts-expect-error a name without its type
  consumers: [{ consumer: 'a', san: 'client.example.org' }],
})
mtls({
  // @ts-expect-error two ways to name one consumer
  consumers: [{ consumer: 'a', san: 'DNS:a', subject: 'CN=a' }],
})
githubWebhook({
  secret: '…',
  // @ts-expect-error GitHub signs no time
  tolerance: '5m',
})
stripeWebhook({
  secret: '…',
  // @ts-expect-error not a duration
  tolerance: 300,
})
forwardAuth({
  url: '…',
  headers: ['cookie'],
  // @ts-expect-error a key on the auth that is still to be decided
  cache: { ttl: '30s', by: session.key((auth) => auth.claims.sub) },
})
// @ts-expect-error a scope typo
known.scopes('reed')
// @ts-expect-error no such role
known.roles(['admin', 'root'])
export const scopedByAnother = route({
  ...get,
  auth: session,
  // @ts-expect-error scopes of another auth
  use: { read: known.scopes('read') },
})
introspection({
  endpoint: '…',
  client: { id: 'a', secret: 'b' },
  claims: z.object({}),
  // @ts-expect-error not a list of texts
  scopes: 'read write',
})
