import { type IntrospectionAuth, type JwtAuth, Problem } from '../../sdk/index.js'
import { tokenChallenge } from '../auth/refuse-token.js'
import { compileRefuse, holds } from './authorization.js'
import type { CompilePolicy } from './compiler.js'

const DETAIL = 'The token lacks a scope that this operation needs.'

/** Compiles the `scopes` of a token; without a token it refuses, so that a route that lacks the auth is not open. */
export const compileScopes: CompilePolicy<'scopes'> = (settings, context) => {
  const { scopes, match, header, kind, mode } = settings
  const refuse = compileRefuse(mode, context)
  const challenge = tokenChallenge(header)
  const separator = challenge === 'Bearer' ? ' ' : ', '
  const headers = ['WWW-Authenticate', `${challenge}${separator}error="insufficient_scope", scope="${scopes.join(' ')}"`]
  return {
    request(exchange) {
      const auth = exchange.auth as JwtAuth<unknown> | IntrospectionAuth<unknown> | undefined
      if (auth?.kind === kind && holds(auth.scopes, scopes, match)) return
      refuse(exchange, new Problem('INSUFFICIENT_SCOPE', { detail: DETAIL, headers }))
    },
  }
}
