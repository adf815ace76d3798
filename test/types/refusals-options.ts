// Every option that must not compile. The error has to be on the line under its comment.

import {
  allOf,
  anyOf,
  apiKey,
  cache,
  cors,
  defineGateway,
  definePolicy,
  group,
  headers,
  idempotency,
  internalToken,
  ip,
  jwt,
  mirror,
  rateLimit,
  route,
  upstream,
} from 'gatewright'
import { z } from 'zod'
import { either, geo, partner, perUser, scoped, session, someone, together, users } from './shared.js'

const get = { method: 'GET', path: '/u', upstream: users } as const
const info = { title: 'Types', version: '1' }
const claims = z.object({ sub: z.string() })
const userOfSession = headers({ request: { set: { 'x-user': session.key((auth) => auth.claims.sub) } } })

// --- plans ---------------------------------------------------------------------------------------------------------

rateLimit({
  by: session.key((auth) => auth.claims.sub),
  plan: session.key((auth) => auth.claims.plan),
  // @ts-expect-error a plan missing in limits
  limits: { free: '60/min' },
})
rateLimit({
  by: session.key((auth) => auth.claims.sub),
  plan: session.key((auth) => auth.claims.plan),
  limits: {
    free: '60/min',
    pro: '600/min',
    // @ts-expect-error no such plan
    team: '6000/min',
  },
})
rateLimit({
  // @ts-expect-error a key that reads a number
  by: session.key((auth) => auth.claims.level),
  limit: '1/s',
})
rateLimit({
  // @ts-expect-error a string for a key
  by: 'ip',
  limit: '1/s',
})
session.key(
  // @ts-expect-error no such claim
  (auth) => auth.claims.subject,
)
either.key(
  // @ts-expect-error the union has to be told apart by kind first
  (auth) => auth.metadata.tier,
)

// --- rates, durations, sizes ---------------------------------------------------------------------------------------

rateLimit({
  by: ip,
  // @ts-expect-error a misspelt unit
  limit: '60/mim',
})
rateLimit({
  by: ip,
  // @ts-expect-error no unit
  limit: '60',
})
rateLimit({
  by: ip,
  // @ts-expect-error a misspelt unit in the second of two limits
  limit: '60/min & 5/dya',
})
rateLimit({
  by: ip,
  // @ts-expect-error a misspelt unit in a list
  limit: ['60/min', '5/dya'],
})
rateLimit({
  by: ip,
  limit: '60/min',
  // @ts-expect-error a key that reads text
  cost: session.key((auth) => auth.claims.sub),
})
rateLimit({
  by: ip,
  limit: '60/min',
  // @ts-expect-error no such class of statuses
  refund: ['6xx'],
})
rateLimit({
  by: ip,
  limit: '60/min',
  // @ts-expect-error no such mode
  mode: 'dry',
})
rateLimit({
  by: ip,
  // @ts-expect-error no count
  limit: 'many/s',
})
rateLimit({
  by: session.key((auth) => auth.claims.sub),
  plan: session.key((auth) => auth.claims.plan),
  limits: {
    free: '60/min',
    // @ts-expect-error a misspelt unit
    pro: '600/minute',
  },
})
route({
  ...get,
  // @ts-expect-error a misspelt unit
  bodyLimit: '64mib',
})
route({
  ...get,
  // @ts-expect-error encoded slashes are kept or refused, never decoded
  encodedSlashes: 'decode',
})
route({
  ...get,
  // @ts-expect-error a number for a size
  responseLimit: 1024,
})
route({
  ...get,
  timeouts: {
    // @ts-expect-error a misspelt unit
    total: '10sec',
  },
})
upstream('a', {
  targets: [],
  health: {
    path: '/healthz',
    // @ts-expect-error no number
    interval: 'often',
  },
})
cors({
  origins: '*',
  // @ts-expect-error a number for a duration
  maxAge: 600,
})
defineGateway({
  info,
  routes: {},
  server: {
    // @ts-expect-error no unit
    drain: '30',
  },
})

// --- CORS ----------------------------------------------------------------------------------------------------------

cors({
  origins: '*',
  // @ts-expect-error any origin with credentials
  credentials: true,
})
cors({
  // @ts-expect-error any origin inside a list
  origins: ['https://shop.example.org', '*'],
  credentials: true,
})
cors({
  // @ts-expect-error an origin without a scheme
  origins: ['shop.example.org'],
})

// --- header edits --------------------------------------------------------------------------------------------------

route({
  ...get,
  use: {
    // @ts-expect-error headers keyed on an auth that the route lacks
    edit: userOfSession,
  },
})
route({
  ...get,
  auth: partner,
  use: {
    // @ts-expect-error headers keyed on another auth than the route's
    edit: userOfSession,
  },
})
group({
  use: {
    // @ts-expect-error headers keyed on an auth that the group lacks
    edit: userOfSession,
  },
})
route({
  ...get,
  use: {
    // @ts-expect-error one key of several needs an auth
    edit: headers({ response: { set: { 'x-client': ip }, add: { 'x-plan': session.key((auth) => auth.claims.plan) } } }),
  },
})
headers({
  request: {
    set: {
      // @ts-expect-error a number for a header value
      'x-version': 2,
    },
  },
})
headers({
  request: {
    // @ts-expect-error a request header is set, not added
    add: { 'x-version': '2' },
  },
})

// --- policies of a user's own --------------------------------------------------------------------------------------

geo({
  // @ts-expect-error not what the policy's options take
  allow: 'CH',
})
definePolicy({
  name: 'late',
  // @ts-expect-error the phase is the gateway's own
  phase: 'forward',
  options: z.strictObject({}),
  compile: () => ({}),
})
definePolicy({
  name: 'odd',
  phase: 'admit',
  options: z.strictObject({}),
  problems: [
    // @ts-expect-error no such problem
    'TEAPOT',
  ],
  compile: () => ({}),
})

// --- optional and combined auths, and rules on them ----------------------------------------------------------------

route({
  ...get,
  auth: someone,
  use: {
    // @ts-expect-error a limiter keyed on an auth that may not be there
    limit: perUser,
  },
})
rateLimit({
  // @ts-expect-error a key that reads nothing where there is no credential
  by: someone.key((auth) => auth?.claims.sub),
  limit: '1/s',
})
someone.allow(
  'own',
  // @ts-expect-error the auth may be undefined
  (auth) => auth.claims.sub === 'ann',
)
together.key(
  // @ts-expect-error what a part gives is under its name
  (auth) => auth.claims,
)
// @ts-expect-error `kind` tells auths apart
allOf({ kind: session, partner })
scoped.scopes(
  // @ts-expect-error a misspelt scope
  'orders:raed',
)
// @ts-expect-error a misspelt scope in a list
scoped.scopes(['orders:read', 'orders:wirte'])
scoped.roles(
  // @ts-expect-error a misspelt role
  'amdin',
)
session.scopes(
  // @ts-expect-error no scopes are declared
  'orders:read',
)
scoped.scopes('orders:read', {
  // @ts-expect-error no such mode
  mode: 'dry-run',
})
route({
  ...get,
  use: {
    // @ts-expect-error a rule on an auth that the route lacks
    read: scoped.scopes('orders:read'),
  },
})
route({
  ...get,
  auth: either,
  use: {
    // @ts-expect-error a rule on one of several auths
    own: session.allow('ann', (auth) => auth.claims.sub === 'ann'),
  },
})
partner.consumers(
  // @ts-expect-error those who may pass and those who may not
  { allow: ['acme'], deny: ['globex'] },
)
internalToken({
  // @ts-expect-error claims are an object
  claims: session.key((auth) => auth.claims.sub),
  issuer: 'gateway',
  audience: 'orders',
  key: '',
})
jwt({
  issuer: 'x',
  claims,
  revocation: {
    // @ts-expect-error no such kind
    by: 'exp',
  },
})

// --- misspelt and surplus keys -------------------------------------------------------------------------------------

route({
  ...get,
  // @ts-expect-error misspelt
  sumary: 'x',
})
route({
  ...get,
  // @ts-expect-error a route reads what it answers from `responses`
  response: {},
})
group({ auth: session }).route({
  ...get,
  // @ts-expect-error misspelt, in a group
  bodyLimt: '1mb',
})
group({
  // @ts-expect-error misspelt
  prefx: '/x',
})
upstream('a', {
  targets: [],
  // @ts-expect-error misspelt
  healt: { path: '/' },
})
upstream('a', {
  targets: [],
  // @ts-expect-error no such way to balance
  balance: 'randomly',
})
jwt({
  issuer: 'x',
  claims,
  // @ts-expect-error misspelt
  audiense: 'y',
})
jwt({
  issuer: 'x',
  claims,
  algorithms: [
    // @ts-expect-error never accepted
    'none',
  ],
})
apiKey({
  // @ts-expect-error a key's metadata must be what its schema accepts
  keys: [{ id: 'a', hash: 'sha256:', consumer: 'b', metadata: { tier: 1 } }],
  metadata: z.object({ tier: z.string() }),
})
apiKey({
  keys: [],
  // @ts-expect-error misspelt
  forwad: true,
})
anyOf(
  session,
  // @ts-expect-error a policy is no auth
  userOfSession,
)
rateLimit({
  by: ip,
  limit: '1/s',
  // @ts-expect-error misspelt
  brust: 5,
})
cors({
  origins: '*',
  // @ts-expect-error misspelt
  exposeHeader: [],
})
headers({
  // @ts-expect-error misspelt
  reponse: {},
})
defineGateway({
  info,
  // @ts-expect-error misspelt
  routs: {},
  routes: {},
})
defineGateway({
  info,
  routes: {
    users: {
      // @ts-expect-error not a route
      get: { method: 'GET', path: '/', upstream: users },
    },
  },
})

// --- TLS -----------------------------------------------------------------------------------------------------------

defineGateway({
  info,
  routes: {},
  server: {
    // @ts-expect-error a certificate without its key
    tls: { certFile: 'cert.pem' },
  },
})
defineGateway({
  info,
  routes: {},
  server: {
    // @ts-expect-error a file for the one and a text for the other
    tls: { certFile: 'cert.pem', key: '-----BEGIN PRIVATE KEY-----' },
  },
})
defineGateway({
  info,
  routes: {},
  server: {
    tls: {
      certFile: 'cert.pem',
      keyFile: 'key.pem',
      // @ts-expect-error a version that is not spoken
      minVersion: 'TLSv1.1',
    },
  },
})
upstream('h2', {
  targets: ['https://127.0.0.1:4001'],
  // @ts-expect-error a text for a switch
  http2: 'yes',
})

// --- websocket -----------------------------------------------------------------------------------------------------

const feed = { method: 'GET', path: '/feed', upstream: users } as const

route({ ...feed, websocket: true })
route({ ...feed, websocket: { idle: '10m', maxPerConsumer: 3, origins: ['https://shop.example.org'] } })
route({
  ...feed,
  // @ts-expect-error leave the key out instead
  websocket: false,
})
route({
  ...feed,
  // @ts-expect-error not a duration
  websocket: { idle: '5min' },
})
route({
  ...feed,
  // @ts-expect-error misspelt
  websocket: { maxPerConsumers: 3 },
})
route({
  ...feed,
  // @ts-expect-error an origin has a scheme
  websocket: { origins: ['shop.example.org'] },
})

// --- idempotency ---------------------------------------------------------------------------------------------------

// @ts-expect-error a key is some caller's
idempotency({})
// @ts-expect-error keyed on an auth that the route does not have
route({ ...get, use: { once: idempotency({ by: session.key((auth) => auth.claims.sub) }) } })

// --- cache ---------------------------------------------------------------------------------------------------------

// @ts-expect-error the route has an auth, and the cache tells its callers apart by nothing of it
route({ ...get, auth: session, use: { cache: cache({ ttl: '1m' }) } })
// @ts-expect-error an address is nothing of the auth
route({ ...get, auth: session, use: { cache: cache({ key: ip }) } })
// @ts-expect-error keyed on an auth that the route does not have
route({ ...get, use: { cache: cache({ key: session.key((auth) => auth.claims.sub) }) } })
// @ts-expect-error keyed on another auth
route({ ...get, auth: partner, use: { cache: cache({ key: session.key((auth) => auth.claims.sub) }) } })
// @ts-expect-error POST is not answered from a store
cache({ methods: ['POST'] })
// @ts-expect-error not a duration
cache({ ttl: '1 minute' })

// --- retries -------------------------------------------------------------------------------------------------------

upstream('retried', {
  targets: ['http://127.0.0.1:4001'],
  // @ts-expect-error no such way to fail
  retry: { on: [503, 'refused'] },
})
upstream('hedged', {
  targets: ['http://127.0.0.1:4001'],
  // @ts-expect-error no such percentile
  hedge: { after: 'p42' },
})
route({
  method: 'POST',
  path: '/u',
  upstream: users,
  // @ts-expect-error a retry on a streamed, non-idempotent body
  retry: { nonIdempotent: true },
})
group({ prefix: '/g' }).route({
  method: 'POST',
  path: '/u',
  upstream: users,
  // @ts-expect-error a retry on a streamed, non-idempotent body, in a group
  retry: { attempts: 1, nonIdempotent: true },
})
route({ method: 'POST', path: '/u', upstream: users, retry: { nonIdempotent: 'with-key' } })
route({ method: 'POST', path: '/u', upstream: users, retry: false })
route({ method: 'POST', path: '/u', upstream: users, body: z.object({ id: z.string() }), retry: { nonIdempotent: true } })

// --- mirror --------------------------------------------------------------------------------------------------------

// @ts-expect-error a name is no upstream
mirror({ to: 'users' })
// @ts-expect-error a place is a JSON Pointer
mirror({ to: users, diff: { ignore: ['updatedAt'] } })
// @ts-expect-error no size
mirror({ to: users, limit: 64_000 })
mirror({ to: users, sample: 0.1, diff: { ignore: ['/items/*/updatedAt'], arrays: 'unordered' } })
