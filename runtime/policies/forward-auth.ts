import { hash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { Problem } from '../../sdk/index.js'
import type { ForwardAuthSettings } from '../../sdk/policies/forward-auth.js'
import { createAskForwardAuth, type Passage } from '../auth/ask-forward-auth.js'
import { outboundOf } from '../auth/outbound.js'
import { RemoteDecisions } from '../auth/remote-decisions.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Authenticator, CompileAuth } from './compiler.js'

/** Longest that a refusal is remembered: whoever gets access should not wait for it. */
const REFUSAL_MS = 10_000

type Verdict = Passage | Problem

/** What the service is shown: the chosen headers, and where the request goes. Never its body. */
function shownOf(exchange: GatewayExchange, { headers, show }: ForwardAuthSettings): Readonly<Record<string, string>> {
  const { req, path, queryString } = exchange
  const shown: Record<string, string> = {
    'x-forwarded-method': exchange.method,
    'x-forwarded-proto': (req.socket as TLSSocket).encrypted ? 'https' : 'http',
    'x-forwarded-host': req.headers.host ?? '',
    'x-forwarded-uri': queryString === '' ? path : `${path}?${queryString}`,
    'x-forwarded-for': exchange.ip,
  }
  for (const name of [...headers, ...show]) {
    const value = exchange.headers[name]
    if (value !== undefined) shown[name] = [value].flat().join(', ')
  }
  return shown
}

function keyOf(exchange: GatewayExchange, shown: Readonly<Record<string, string>>, { cache }: ForwardAuthSettings): string {
  const by = cache?.by
  return by ? by.read(exchange as never) : hash('sha256', JSON.stringify(shown), 'base64')
}

/** Compiles `forward-auth`: a decision that is remembered is used synchronously. */
export const compileForwardAuth: CompileAuth<'forward-auth'> = (settings, { services }) => {
  const { headers, upstreamHeaders, cache, forward } = settings
  const { clock, log, count } = services
  const askService = createAskForwardAuth(settings, outboundOf(services), log)
  const decisions = new RemoteDecisions<Verdict>(clock, cache?.max ?? 1, 'The authorization service does not answer right now.')
  const ttl = cache?.ttl ?? 0

  const ask = async (shown: Readonly<Record<string, string>>) => {
    const value = await askService(shown)
    count('gatewright_forward_auth_decisions_total', { outcome: value ? (value instanceof Problem ? 'refused' : 'passed') : 'failure' })
    if (!value) return undefined
    const refused = value instanceof Problem
    return { value, ttlMs: refused ? Math.min(ttl, REFUSAL_MS) : ttl, staleMs: refused ? 0 : (cache?.staleOnError ?? 0) }
  }
  const accept = (verdict: Verdict, exchange: GatewayExchange): object => {
    if (verdict instanceof Problem) throw verdict
    for (const name of upstreamHeaders) {
      const value = verdict.headers.get(name)
      if (value === undefined) exchange.removeRequestHeader(name)
      else exchange.setRequestHeader(name, value)
    }
    return verdict.auth
  }
  const authenticator: Authenticator = {
    challenge: 'Bearer',
    header: undefined,
    companions: headers,
    owned: upstreamHeaders,
    forward,
    recognises: () => true,
    authenticate(_value, exchange) {
      const shown = shownOf(exchange, settings)
      const key = keyOf(exchange, shown, settings)
      const known = decisions.recall(key)
      return known ? accept(known, exchange) : decisions.decide(key, () => ask(shown)).then((verdict) => accept(verdict, exchange))
    },
  }
  return [authenticator]
}
