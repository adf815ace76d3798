import type { ExecutionContext } from 'ava'
import { type AnyAuth, jwt, type Policy, route, upstream } from 'gatewright'
import { z } from 'zod'
import { startGateway, startUpstream } from '../helpers/start-gateway.js'
import { hmac, rawToken } from '../helpers/tokens.js'

const SECRET = 'a secret that is long enough for HS256'

/** An auth whose tokens may carry scopes and roles. */
export const session = jwt({
  issuer: 'hs',
  audience: 'api',
  algorithms: ['HS256'],
  secret: SECRET,
  claims: z.object({ sub: z.string() }),
  scopes: ['orders:read', 'orders:write', 'read'],
  roles: ['admin', 'editor'],
})

/** The header of a token with these claims. */
export const withClaims = (claims: object): Record<string, string> => {
  const exp = Math.floor(Date.now() / 1_000) + 3_600
  return { authorization: `Bearer ${rawToken({ alg: 'HS256' }, { iss: 'hs', aud: 'api', sub: 'ann', exp, ...claims }, hmac(SECRET))}` }
}

/** What a request came to. */
export interface Outcome {
  readonly status: number
  readonly code: string | undefined
  readonly challenge: string | null
}

/** Starts a gateway whose one route has an auth and a policy on it; returns how to ask it. */
export async function startGuarded(t: ExecutionContext, auth: AnyAuth, rule: unknown, lifecycle: 'direct' | 'hapi') {
  const server = await startUpstream(t)
  const target = upstream('target', { targets: [server.url] })
  const use = { rule: rule as Policy }
  const gateway = await startGateway(t, { guarded: route({ method: 'GET', path: '/', upstream: target, auth, use, lifecycle }) })
  const ask = async (headers: Record<string, string>): Promise<Outcome> => {
    const response = await fetch(gateway.url, { headers })
    const text = await response.text()
    const code = response.ok ? undefined : (JSON.parse(text) as { code: string }).code
    return { status: response.status, code, challenge: response.headers.get('www-authenticate') }
  }
  const metric = async (name: string) => {
    const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    return text.split('\n').filter((line) => line.startsWith(`${name}{`))
  }
  return { ask, metric, server }
}
