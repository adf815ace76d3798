// Type-checks with exactly the errors marked below.

import { apiKey, type BaseContext, headers, ip, jwt, type Policy, route, upstream } from 'gatewright'
import { z } from 'zod'

const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const session = jwt({ issuer: 'x', audience: 'y', algorithms: ['RS256'], claims: z.object({ sub: z.string() }) })
const partner = apiKey({ keys: [] })
const user = session.key((auth) => auth.claims.sub)

const mixed = headers({ request: { set: { 'x-user': user, 'x-ip': ip, 'x-env': 'prod' } }, response: { add: { 'x-more': user } } })

/** Texts alone, and keys of the base context, need nothing more. */
export const free: Policy<BaseContext> = headers({ request: { set: { 'x-env': 'prod', 'x-ip': ip } }, response: { remove: ['server'] } })
export const fits = route({ method: 'GET', path: '/', upstream: users, auth: session, use: { mixed } })

// @ts-expect-error a key that reads an auth, on a route without one
export const without = route({ method: 'GET', path: '/', upstream: users, use: { mixed } })

// @ts-expect-error a key that reads another auth than the route's
export const other = route({ method: 'GET', path: '/', upstream: users, auth: partner, use: { mixed } })

// @ts-expect-error a number for a value
export const number = headers({ request: { set: { 'x-version': 1 } } })
