import type { Request, Server } from '@hapi/hapi'
import * as hapiAuthJwt2 from 'hapi-auth-jwt2'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { JwtParts, VerifiedToken, VerifyToken } from '../services.js'

/** hapi's request of an exchange; a strategy runs on nothing else. */
export type RequestOf = (exchange: GatewayExchange) => Request | Promise<Request>

/** One run of a strategy: what to check, and what came of it. */
interface Check {
  readonly token: string
  readonly verify: VerifyToken
  outcome: { readonly verified: VerifiedToken } | { readonly error: unknown } | undefined
}

async function runCheck(check: Check): Promise<boolean> {
  try {
    check.outcome = { verified: await check.verify(check.token) }
    return true
  } catch (error) {
    check.outcome = { error }
    return false
  }
}

/**
 * Registers `hapi-auth-jwt2` on `server` and returns the `strategy` of {@link JwtParts}: one hapi strategy per key
 * and header, in `verify` mode, reading the token from that header only.
 */
export async function createJwtStrategies(server: Server, requestOf: RequestOf): Promise<JwtParts['strategy']> {
  await server.register({ plugin: hapiAuthJwt2, once: true })
  const checks = new WeakMap<Request, Check>()
  const names = new Set<string>()

  const declare = (name: string, header: string, tokenType: string | undefined): void => {
    // hapi cannot remove a strategy, so a reload must find its own again; what to verify comes with each request.
    if (names.has(name)) return
    names.add(name)
    server.auth.strategy(name, 'jwt', {
      headerKey: header,
      tokenType,
      urlKey: false,
      cookieKey: false,
      payloadKey: false,
      complete: true,
      verify: async (_decoded: unknown, request: Request) => {
        const check = checks.get(request)
        if (!check || !(await runCheck(check)) || !check.outcome || !('verified' in check.outcome)) return { isValid: false }
        return { isValid: true, credentials: { auth: check.outcome.verified.auth } }
      },
    })
  }

  return (key, header, verify) => {
    const tokenType = header === 'authorization' ? 'Bearer' : undefined
    const prefixLength = tokenType ? tokenType.length + 1 : 0
    const name = `gatewright ${key} ${header}`
    declare(name, header, tokenType)
    return async (exchange) => {
      const request = await requestOf(exchange)
      const check: Check = { token: String(exchange.headers[header]).slice(prefixLength), verify, outcome: undefined }
      checks.set(request, check)
      await server.auth.test(name, request).catch(() => undefined)
      // The plugin removes every "bearer" inside a token and may then find it unreadable without asking `verify`.
      if (!check.outcome) await runCheck(check)
      if (!check.outcome || 'error' in check.outcome) throw check.outcome?.error
      return check.outcome.verified.auth
    }
  }
}
