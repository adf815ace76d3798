import {
  allOf,
  anyOf,
  apiKey,
  basic,
  defineGateway,
  forwardAuth,
  introspection,
  jwt,
  mtls,
  optional,
  route,
  stripeWebhook,
  upstream,
} from 'gatewright'
import { z } from 'zod'

const api = upstream('reports-backend', { targets: ['http://10.1.2.3:4001'] })
const claims = z.object({ sub: z.string() })
const session = jwt({ issuer: 'https://id.example.org/', audience: 'reports', algorithms: ['ES256'], claims })
const other = jwt({ issuer: 'https://login.example.net/', audience: 'reports', algorithms: ['ES256'], claims })
const inHeader = jwt({ issuer: 'https://id.example.org/', audience: 'reports', algorithms: ['ES256'], claims, header: 'x-token' })
const scoped = jwt({
  issuer: 'https://id.example.org/',
  audience: 'reports',
  algorithms: ['ES256'],
  claims,
  scopes: ['reports:read', 'reports:list', 'reports:write'],
})
const partner = apiKey({ keys: [] })
const password = '$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY'
const staff = basic({ realm: 'reports', users: [{ name: 'ada', password }] })
const known = introspection({ endpoint: 'https://id.example.org/introspect', client: { id: 'gw', secret: 'secret' }, claims })
const service = mtls({ consumers: [{ consumer: 'billing', san: 'DNS:billing.example.org' }] })
const decided = forwardAuth({ url: 'http://127.0.0.1:4100/', headers: ['x-ticket', 'cookie'] })
const stripe = stripeWebhook({ secret: 'whsec_example_of_a_secret' })
const responses = { 200: z.object({ title: z.string() }).meta({ id: 'Report' }) }

/** Every kind of auth, alone and as alternatives. */
export const authGateway = defineGateway({
  info: { title: 'Reports', version: '2.0.0', summary: 'Reports for everyone.' },
  server: { tls: { certFile: 'cert.pem', keyFile: 'key.pem', clientCaFile: 'clients.pem' } },
  routes: {
    open: route({ method: 'GET', path: '/open', upstream: api, responses }),
    bearer: route({ method: 'GET', path: '/bearer', upstream: api, auth: session, responses }),
    otherIssuer: route({ method: 'GET', path: '/other', upstream: api, auth: other, responses }),
    token: route({ method: 'GET', path: '/token', upstream: api, auth: inHeader, responses }),
    key: route({ method: 'GET', path: '/key', upstream: api, auth: partner, responses }),
    basic: route({ method: 'GET', path: '/basic', upstream: api, auth: staff, responses }),
    introspected: route({ method: 'GET', path: '/introspected', upstream: api, auth: known, responses }),
    certified: route({ method: 'GET', path: '/certified', upstream: api, auth: anyOf(service, staff), responses }),
    decided: route({ method: 'GET', path: '/decided', upstream: api, auth: decided, responses }),
    hook: route({ method: 'POST', path: '/hook', upstream: api, auth: stripe }),
    scoped: route({
      method: 'GET',
      path: '/scoped',
      upstream: api,
      auth: scoped,
      use: {
        see: scoped.scopes(['reports:read', 'reports:list'], { match: 'any' }),
        change: scoped.scopes('reports:write'),
        tried: scoped.scopes('reports:read', { mode: 'shadow' }),
      },
      responses,
    }),
    together: route({ method: 'GET', path: '/together', upstream: api, auth: allOf({ session, partner }), responses }),
    maybe: route({ method: 'GET', path: '/maybe', upstream: api, auth: optional(anyOf(session, partner)), responses }),
    either: route({ method: 'GET', path: '/either', upstream: api, auth: anyOf(session, partner), responses }),
  },
})
