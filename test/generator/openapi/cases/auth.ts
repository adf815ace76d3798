import { anyOf, apiKey, defineGateway, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const api = upstream('reports-backend', { targets: ['http://10.1.2.3:4001'] })
const claims = z.object({ sub: z.string() })
const session = jwt({ issuer: 'https://id.example.org/', audience: 'reports', algorithms: ['ES256'], claims })
const other = jwt({ issuer: 'https://login.example.net/', audience: 'reports', algorithms: ['ES256'], claims })
const inHeader = jwt({ issuer: 'https://id.example.org/', audience: 'reports', algorithms: ['ES256'], claims, header: 'x-token' })
const partner = apiKey({ keys: [] })
const responses = { 200: z.object({ title: z.string() }).meta({ id: 'Report' }) }

/** Every kind of auth, alone and as alternatives. */
export const authGateway = defineGateway({
  info: { title: 'Reports', version: '2.0.0', summary: 'Reports for everyone.' },
  routes: {
    open: route({ method: 'GET', path: '/open', upstream: api, responses }),
    bearer: route({ method: 'GET', path: '/bearer', upstream: api, auth: session, responses }),
    otherIssuer: route({ method: 'GET', path: '/other', upstream: api, auth: other, responses }),
    token: route({ method: 'GET', path: '/token', upstream: api, auth: inHeader, responses }),
    key: route({ method: 'GET', path: '/key', upstream: api, auth: partner, responses }),
    either: route({ method: 'GET', path: '/either', upstream: api, auth: anyOf(session, partner), responses }),
  },
})
