import { type IntrospectionAuth, type JwtAuth, Problem } from '../../sdk/index.js'
import { compileRefuse, holds } from './authorization.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles the `roles` of a token; without a token it refuses, so that a route that lacks the auth is not open. */
export const compileRoles: CompilePolicy<'roles'> = (settings, context) => {
  const { roles, match, kind, mode } = settings
  const refuse = compileRefuse(mode, context)
  return {
    request(exchange) {
      const auth = exchange.auth as JwtAuth<unknown> | IntrospectionAuth<unknown> | undefined
      if (auth?.kind === kind && holds(auth.roles, roles, match)) return
      refuse(exchange, new Problem('FORBIDDEN', { detail: 'The token lacks a role that this operation needs.' }))
    },
  }
}
