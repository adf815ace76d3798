import { type ApiKeyAuth, type HttpSignatureAuth, type MtlsAuth, Problem } from '../../sdk/index.js'
import { compileRefuse } from './authorization.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles the `consumers` of an auth; without its credential it refuses, so that a route that lacks the auth is not open. */
export const compileConsumers: CompilePolicy<'consumers'> = ({ allow, deny, kind, mode }, context) => {
  const refuse = compileRefuse(mode, context)
  const listed = new Set(allow ?? deny)
  const wanted = allow !== undefined
  return {
    request(exchange) {
      const auth = exchange.auth as ApiKeyAuth<unknown> | HttpSignatureAuth<unknown> | MtlsAuth<unknown> | undefined
      if (auth?.kind === kind && listed.has(auth.consumer) === wanted) return
      refuse(exchange, new Problem('FORBIDDEN', { detail: 'The consumer may not use this operation.' }))
    },
  }
}
