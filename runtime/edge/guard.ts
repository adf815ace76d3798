import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, type ProblemCode } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import { GatewayExchange } from '../pipeline/exchange.js'
import { type CanonicalTarget, canonicalTarget } from './canonical-target.js'
import { checkHeaders, type HeaderLimits, isAuthority } from './check-headers.js'
import type { ClientAddress } from './client-address.js'
import type { Refusal, RefusalReason } from './refusal.js'

/** What the guard is built from. */
export interface GuardSettings {
  readonly clock: Clock
  readonly addresses: ClientAddress
  readonly requestIdHeader: string
  readonly headerLimits: HeaderLimits
  readonly maxTargetLength: number
  readonly maxQueryParameters: number
}

/** A checked request as an exchange, with the refusal if there is one. */
export interface Guarded {
  readonly exchange: GatewayExchange
  readonly refusal: Refusal | undefined
}

const INBOUND_ID = /^[\w.+/=-]{1,128}$/
const EMPTY: CanonicalTarget = { path: '/', queryString: '' }

/** Absolute-form (RFC 9112 section 3.2.2) as origin-form, if its authority is the Host's. */
function originForm(target: string, host: string | undefined): string | undefined {
  const match = /^https?:\/\/([^/?#]+)(\/[^#]*)?$/i.exec(target)
  if (!match || host === undefined || (match[1] as string).toLowerCase() !== host.toLowerCase() || !isAuthority(host)) return undefined
  return match[2] ?? '/'
}

const refusal = (reason: RefusalReason, code: ProblemCode, detail: string): Refusal => ({ reason, problem: new Problem(code, { detail }) })

function countParameters(queryString: string): number {
  let count = 1
  for (let at = queryString.indexOf('&'); at >= 0; at = queryString.indexOf('&', at + 1)) count++
  return count
}

/**
 * Makes the function that checks each request before hapi sees it: HTTP version, headers and target,
 * all synchronous. The listener answers a refusal without routing.
 */
export function createGuard(settings: GuardSettings): (req: IncomingMessage, res: ServerResponse) => Guarded {
  const { clock, addresses, requestIdHeader, headerLimits, maxTargetLength, maxQueryParameters } = settings

  function requestIdOf(req: IncomingMessage, peer: string): string {
    const inbound = req.headers[requestIdHeader]
    return typeof inbound === 'string' && addresses.trusts(peer) && INBOUND_ID.test(inbound) ? inbound : randomUUID()
  }

  function checkTarget(req: IncomingMessage): CanonicalTarget | Refusal {
    const raw = req.url as string
    if (raw.length > maxTargetLength)
      return refusal('target-size', 'URI_TOO_LONG', `The request target is longer than ${maxTargetLength} bytes.`)
    const target = raw.startsWith('/') ? raw : originForm(raw, req.headers.host)
    if (target === undefined) return refusal('target', 'BAD_REQUEST', 'The request target is not a path, nor a URL of this host.')
    const canonical = canonicalTarget(target)
    if ('reason' in canonical) return refusal('target', 'BAD_REQUEST', canonical.reason)
    const { queryString } = canonical
    // A query with fewer characters cannot have as many parameters.
    if (queryString.length >= maxQueryParameters && countParameters(queryString) > maxQueryParameters)
      return refusal('query-parameters', 'BAD_REQUEST', `More than ${maxQueryParameters} query parameters.`)
    return canonical
  }

  function check(req: IncomingMessage): Refusal | undefined {
    if (req.httpVersionMajor !== 1 || req.httpVersionMinor > 1)
      return refusal('version', 'BAD_REQUEST', 'Only HTTP/1.0 and HTTP/1.1 are spoken here.')
    const fault = checkHeaders(req.rawHeaders, req.httpVersionMinor, headerLimits)
    return fault && refusal(fault.reason, fault.code, fault.detail)
  }

  return function guard(req, res) {
    const peer = req.socket.remoteAddress ?? ''
    const target = check(req) ?? checkTarget(req)
    const refused = 'problem' in target ? target : undefined
    const { path, queryString } = 'problem' in target ? EMPTY : target
    const ip = addresses.of(peer, req.headers['x-forwarded-for'] as string | undefined)
    const exchange = new GatewayExchange(req, res, path, queryString, ip, requestIdOf(req, peer), clock.now())
    return { exchange, refusal: refused }
  }
}
