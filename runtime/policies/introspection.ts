import { type IntrospectionAuth, Problem } from '../../sdk/index.js'
import type { IntrospectionSettings } from '../../sdk/policies/introspection.js'
import { parseWith } from '../../sdk/schemas/values.js'
import { frozenCopy } from '../auth/frozen-copy.js'
import { rolesOf, scopesOf } from '../auth/granted.js'
import { createIntrospect, type IntrospectionAnswer } from '../auth/introspect.js'
import { outboundOf } from '../auth/outbound.js'
import { refuseToken, type TokenFlaw, tokenChallenge } from '../auth/refuse-token.js'
import { type Decision, RemoteDecisions } from '../auth/remote-decisions.js'
import type { Authenticator, CompileAuth } from './compiler.js'

const HEADER = 'authorization'
const MAX_LENGTH = 8_192
/** A bearer token (RFC 6750 section 2.1). */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/** What may be used, or why not. */
type Verdict = { readonly auth: object } | Problem

function flawIn({ active, exp, nbf, aud }: IntrospectionAnswer, audience: string | undefined, now: number): TokenFlaw | undefined {
  if (active !== true) return 'inactive'
  if (exp !== undefined && (typeof exp !== 'number' || exp <= now)) return 'expired'
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return 'premature'
  return audience !== undefined && ![aud].flat().includes(audience) ? 'audience' : undefined
}

function judge(answer: IntrospectionAnswer, settings: IntrospectionSettings, wallMs: number): Decision<Verdict> {
  const refuse = (flaw: TokenFlaw): Decision<Verdict> => ({ value: refuseToken(flaw, HEADER), ttlMs: settings.refuseFor, staleMs: 0 })
  const flaw = flawIn(answer, settings.audience, wallMs / 1_000)
  if (flaw) return refuse(flaw)
  const claims = parseWith(settings.claims, answer)
  if (!claims.success) return refuse('claims')
  const left = typeof answer['exp'] === 'number' ? answer['exp'] * 1_000 - wallMs : Number.POSITIVE_INFINITY
  const auth: IntrospectionAuth<unknown> = frozenCopy({
    kind: 'introspection',
    claims: claims.data,
    scopes: scopesOf(answer),
    roles: rolesOf(answer, settings.rolesClaim),
  })
  return { value: { auth }, ttlMs: Math.min(settings.maxAge, left), staleMs: 0 }
}

/** Compiles `introspection`: a token that was asked about a short while ago is answered from memory, synchronously. */
export const compileIntrospection: CompileAuth<'introspection'> = (settings, { services }) => {
  const { clock, log, count } = services
  const introspect = createIntrospect(settings, outboundOf(services), log)
  const decisions = new RemoteDecisions<Verdict>(clock, settings.cache, 'The authorization server does not answer right now.')
  const accept = (verdict: Verdict): object => {
    if (verdict instanceof Problem) throw verdict
    return verdict.auth
  }
  const ask = async (token: string) => {
    const answer = await introspect(token)
    count('gatewright_introspections_total', { outcome: answer ? (answer['active'] === true ? 'active' : 'inactive') : 'failure' })
    return answer && judge(answer, settings, clock.wall())
  }
  const authenticator: Authenticator = {
    challenge: tokenChallenge(HEADER),
    header: HEADER,
    forward: settings.forward,
    recognises: (value) => /^bearer(?: |$)/i.test(value),
    authenticate(value) {
      const token = value.slice('Bearer '.length)
      if (token.length > MAX_LENGTH || !TOKEN.test(token)) throw refuseToken('malformed', HEADER)
      const known = decisions.recall(token)
      return known ? accept(known) : decisions.decide(token, () => ask(token)).then(accept)
    },
  }
  return [authenticator]
}
