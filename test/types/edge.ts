// The policies of the edge: what they need, which statuses they answer, and every option that must not compile.

import type { BaseContext, JwtAuth, Policy } from 'gatewright'
import {
  concurrency,
  defineGateway,
  faultInjection,
  fetchMetadata,
  ip,
  ipFilter,
  loadShedding,
  maintenance,
  mock,
  requestCaps,
  route,
  securityHeaders,
  timeWindow,
  userAgents,
} from 'gatewright'
import { exact } from './exact.js'
import { session, users } from './shared.js'

type Session = JwtAuth<{ sub: string; plan: 'free' | 'pro'; level: number }>

const get = { method: 'GET', path: '/u', upstream: users } as const
const bySubject = session.key((auth) => auth.claims.sub)

exact<Policy<BaseContext, unknown, 403>>()(ipFilter({ allow: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1'] }))
exact<Policy<BaseContext, unknown, 403>>()(userAgents({ deny: ['*bot*'] }))
exact<Policy<BaseContext, unknown, 403>>()(fetchMetadata())
exact<Policy<BaseContext, unknown, 403>>()(timeWindow({ timeZone: 'UTC', from: '08:00' }))
exact<Policy<BaseContext, unknown, 503>>()(loadShedding())
exact<Policy<BaseContext, unknown, never>>()(securityHeaders())
exact<Policy<BaseContext, unknown, never>>()(mock())
exact<Policy<BaseContext, unknown, 504>>()(faultInjection({ abort: { problem: 'UPSTREAM_TIMED_OUT' } }))
exact<Policy<BaseContext, unknown, never>>()(faultInjection({ delay: { for: '1s' } }))
exact<Policy<{ auth: Session } & BaseContext, unknown, 429>>()(concurrency({ by: bySubject, limit: 1 }))

/** A limiter and an exception that need no auth serve every route. */
export const shared = defineGateway({
  info: { title: 'Types', version: '1' },
  use: {
    few: concurrency({ by: ip, limit: 9 }),
    all: concurrency({ limit: 99 }),
    off: maintenance({ active: true, except: { by: ip, values: [] } }),
  },
  routes: { one: route({ ...get, auth: session, use: { mine: concurrency({ by: bySubject, limit: 1 }) } }) },
})

// @ts-expect-error keyed on an auth that the route does not have
route({ ...get, use: { few: concurrency({ by: bySubject, limit: 1 }) } })
// @ts-expect-error an exception by an auth that the route does not have
route({ ...get, use: { off: maintenance({ active: true, except: { by: bySubject, values: ['ops'] } }) } })
// @ts-expect-error a host name is no network
ipFilter({ allow: ['example.org'] })
// @ts-expect-error three numbers are no address
ipFilter({ deny: ['10.0.0/8'] })
// @ts-expect-error no such problem
faultInjection({ abort: { problem: 'UPSTREAM_TIMEOUT' } })
// @ts-expect-error no such class
loadShedding({ criticality: 'low' })
// @ts-expect-error no such day
timeWindow({ timeZone: 'UTC', days: ['monday'] })
// @ts-expect-error days and times mean nothing without a time zone
timeWindow({ from: '08:00' })
// @ts-expect-error not a size
requestCaps({ json: { string: '8kib' } })
// @ts-expect-error not a time
maintenance({ windows: [{ start: 'tonight', end: '2026-12-01T04:00:00Z' }] })
// @ts-expect-error the header has one value
securityHeaders({ contentTypeOptions: 'sniff' })
// @ts-expect-error not a day
route({ ...get, deprecated: { since: 'last year' } })
// @ts-expect-error misspelt
route({ ...get, deprecated: { since: '2026-01-01', sunSet: '2026-12-31' } })
// @ts-expect-error neither a URL nor a path
route({ ...get, deprecated: { since: '2026-01-01', successor: 'orders' } })
route({ ...get, deprecated: { since: '2026-01-01', sunset: '2026-12-31T23:00:00Z', successor: '/v2' } })
