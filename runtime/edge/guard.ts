import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, type ProblemCode, type Reply } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import { GatewayExchange } from '../pipeline/exchange.js'
import { type CanonicalTarget, canonicalTarget } from './canonical-target.js'
import { canBeMet } from './check-expectation.js'
import { checkHeaders, type HeaderLimits, isAuthority } from './check-headers.js'
import type { ClientAddress } from './client-address.js'
import { Http2Request } from './http2-request.js'
import type { Refusal, RefusalReason } from './refusal.js'

/** What the guard is built from. */
export interface GuardSettings {
  readonly clock: Clock
  readonly addresses: ClientAddress
  readonly requestIdHeader: string
  /** This gateway's name in `Via`. */
  readonly pseudonym: string
  readonly headerLimits: HeaderLimits
  readonly maxTargetLength: number
  readonly maxQueryParameters: number
  /** True while some route takes `%2F` in its path; the route table then refuses it to all others. */
  readonly keepsEncodedSlashes: () => boolean
}

/** A checked request as an exchange, with the answer if there is one before any routing. */
export interface Guarded {
  readonly exchange: GatewayExchange
  readonly refusal: Refusal | undefined
  readonly reply: Reply | undefined
}

const INBOUND_ID = /^[\w.+/=-]{1,128}$/
const EMPTY: CanonicalTarget = { path: '/', queryString: '' }

/** `OPTIONS *` asks about the server, not about a resource (RFC 9110 section 9.3.7). */
const SERVER_OPTIONS: Reply = { status: 204, headers: ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'] }
const asksServer = (req: IncomingMessage) => req.url === '*' && req.method === 'OPTIONS'

/** Absolute-form (RFC 9112 section 3.2.2) as origin-form, if its authority is the Host's. */
function originForm(target: string, host: string | undefined): string | undefined {
  const match = /^https?:\/\/([^/?#]+)(\/[^#]*)?$/i.exec(target)
  if (!match || host === undefined || (match[1] as string).toLowerCase() !== host.toLowerCase() || !isAuthority(host)) return undefined
  return match[2] ?? '/'
}

const refusal = (reason: RefusalReason, code: ProblemCode, detail: string): Refusal => ({ reason, problem: new Problem(code, { detail }) })

function hasMoreParameters(queryString: string, most: number): boolean {
  // A query with fewer characters cannot have as many parameters.
  if (queryString.length < most) return false
  let count = 1
  for (let at = queryString.indexOf('&'); at >= 0; at = queryString.indexOf('&', at + 1)) count++
  return count > most
}

/**
 * Makes the function that checks each request before it is routed: HTTP version, headers and target,
 * all synchronous. The listener answers a refusal without routing.
 */
export function createGuard(settings: GuardSettings): (req: IncomingMessage, res: ServerResponse) => Guarded {
  const { clock, addresses, requestIdHeader, pseudonym, headerLimits, maxTargetLength, maxQueryParameters, keepsEncodedSlashes } = settings

  function requestIdOf(req: IncomingMessage, peer: string): string {
    const inbound = req.headers[requestIdHeader]
    return typeof inbound === 'string' && addresses.trusts(peer) && INBOUND_ID.test(inbound) ? inbound : randomUUID()
  }

  function checkTarget(req: IncomingMessage): CanonicalTarget | Refusal {
    if (asksServer(req)) return EMPTY
    const raw = req.url as string
    if (raw.length > maxTargetLength)
      return refusal('target-size', 'URI_TOO_LONG', `The request target is longer than ${maxTargetLength} bytes.`)
    // Absolute-form belongs to HTTP/1.1 alone: HTTP/2 has `:authority` for it (RFC 9113 section 8.3.1).
    const target = raw.startsWith('/') ? raw : req.httpVersionMajor === 1 ? originForm(raw, req.headers.host) : undefined
    if (target === undefined) return refusal('target', 'BAD_REQUEST', 'The request target is not a path, nor a URL of this host.')
    const canonical = canonicalTarget(target, keepsEncodedSlashes())
    if ('reason' in canonical) return refusal('target', 'BAD_REQUEST', canonical.reason)
    return hasMoreParameters(canonical.queryString, maxQueryParameters)
      ? refusal('query-parameters', 'BAD_REQUEST', `More than ${maxQueryParameters} query parameters.`)
      : canonical
  }

  function check(req: IncomingMessage): Refusal | undefined {
    const { httpVersionMajor: major, httpVersionMinor: minor } = req
    // HTTP/1.1's parser takes any version number: `HTTP/2.0` in a request line is not HTTP/2.
    const overHttp2 = major === 2 && (req as object) instanceof Http2Request
    if (!overHttp2 && (major !== 1 || minor > 1)) return refusal('version', 'BAD_REQUEST', `HTTP/${major}.${minor} is not spoken here.`)
    // A request over HTTP/2 comes here in the form that HTTP/1.1 gives it.
    const fault = checkHeaders(req.rawHeaders, overHttp2 ? 1 : minor, headerLimits)
    if (fault) return refusal(fault.reason, fault.code, fault.detail)
    if (!canBeMet(req)) return refusal('expectation', 'EXPECTATION_FAILED', 'Only `100-continue` can be expected.')
    if (req.headers.via?.includes(pseudonym)) return refusal('loop', 'LOOP_DETECTED', 'The request came through this gateway before.')
    return undefined
  }

  return function guard(req, res) {
    const peer = req.socket.remoteAddress ?? ''
    const target = check(req) ?? checkTarget(req)
    const refused = 'problem' in target ? target : undefined
    const { path, queryString } = 'problem' in target ? EMPTY : target
    const ip = addresses.of(peer, req.headers['x-forwarded-for'] as string | undefined)
    const exchange = new GatewayExchange(req, res, path, queryString, ip, requestIdOf(req, peer), clock.now())
    return { exchange, refusal: refused, reply: refused === undefined && asksServer(req) ? SERVER_OPTIONS : undefined }
  }
}
