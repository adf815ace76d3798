import { apiKey, defineGateway, group, headers, quota, rateLimit, route, standardWebhooks, upstream } from 'gatewright'
import { z } from 'zod'
import { settings } from './settings.js'

const projects = upstream('projects', { targets: [`http://127.0.0.1:${settings.servicePort}`] })

// `gatewright keys` mints, expires and revokes them while the gateway runs; a key's metadata says what its tenant pays for.
const tenant = apiKey({ prefix: 'saas', store: { redis: true }, metadata: z.object({ plan: z.enum(['free', 'pro']) }) })

const byTenant = tenant.key((auth) => auth.consumer)
const plan = tenant.key((auth) => auth.metadata.plan)

/** How fast: a tenant's keys count together, in every process of the gateway. */
const pace = rateLimit({ name: 'pace', by: byTenant, plan, limits: { free: '30/min', pro: '60/min' } })

/** How much: what the service fails to answer is not charged, and a tenant that changes its plan keeps what it used. */
const monthly = quota({
  name: 'monthly',
  by: byTenant,
  plan,
  limits: { free: '10/month', pro: '10000/month' },
  refund: ['5xx'],
})

// The service learns the tenant from the gateway alone: whatever a caller says of itself is overwritten.
const identity = headers({ request: { set: { 'x-tenant': byTenant } } })

const tenants = group({ prefix: '/projects', auth: tenant, use: { pace, monthly, identity }, tags: ['projects'] })

const Project = z.object({ id: z.number().int(), name: z.string() }).meta({ id: 'Project' })

export default defineGateway({
  info: { title: 'Projects API', version: '1.0.0' },
  tags: { projects: 'What a tenant works on.', hooks: 'For other services.' },
  server: { host: '127.0.0.1', port: settings.gatewayPort, preStop: '0s', drain: '5s' },
  admin: false,
  log: { level: 'error' },
  redis: { url: settings.redisUrl, prefix: settings.redisPrefix },
  routes: {
    projects: {
      /** Lists your projects. */
      list: tenants.route({ method: 'GET', path: '', upstream: projects, responses: { 200: z.array(Project) } }),
      /** Starts a project. */
      create: tenants.route({
        method: 'POST',
        path: '',
        upstream: projects,
        body: z.strictObject({ name: z.string().min(1).max(80) }),
        responses: { 201: Project },
      }),
    },
    hooks: {
      /** Takes what the billing provider reports, signed by Standard Webhooks 1.0, each delivery once. */
      billing: route({
        method: 'POST',
        path: '/hooks/billing',
        upstream: projects,
        auth: standardWebhooks({ secret: settings.billingSecret }),
        tags: ['hooks'],
      }),
    },
  },
})
