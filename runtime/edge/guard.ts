import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, type Reply } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import { GatewayExchange } from '../pipeline/exchange.js'
import { type CanonicalTarget, canonicalTarget } from './canonical-target.js'
import { canBeMet } from './check-expectation.js'
import { checkHeaders, isAuthority } from './check-headers.js'
import type { ClientAddress } from './client-address.js'
import { Http2Request } from './http2-request.js'

/** What the guard is built from. */
export interface GuardSettings {
  readonly clock: Clock
  readonly addresses: ClientAddress
  readonly requestIdHeader: string
  /** This gateway's name in `Via`. */
  readonly pseudonym: string
  readonly maxHeaderLines: number
  readonly maxTargetLength: number
  /** True while some route takes `%2F` in its path; the route table then refuses it to all others. */
  readonly keepsEncodedSlashes: () => boolean
}

/** A checked request as an exchange, with the answer if there is one before any routing. */
export interface Guarded {
  readonly exchange: GatewayExchange
  readonly problem: Problem | undefined
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

/**
 * Makes the function that checks each request before hapi sees it: HTTP version, headers and target,
 * all synchronous. The listener answers a refusal without routing.
 */
export function createGuard(settings: GuardSettings): (req: IncomingMessage, res: ServerResponse) => Guarded {
  const { clock, addresses, requestIdHeader, pseudonym, maxHeaderLines, maxTargetLength, keepsEncodedSlashes } = settings

  function requestIdOf(req: IncomingMessage, peer: string): string {
    const inbound = req.headers[requestIdHeader]
    return typeof inbound === 'string' && addresses.trusts(peer) && INBOUND_ID.test(inbound) ? inbound : randomUUID()
  }

  function checkTarget(req: IncomingMessage): CanonicalTarget | Problem {
    if (asksServer(req)) return EMPTY
    const raw = req.url as string
    if (raw.length > maxTargetLength)
      return new Problem('URI_TOO_LONG', { detail: `The request target is longer than ${maxTargetLength} bytes.` })
    // Absolute-form belongs to HTTP/1.1 alone: HTTP/2 has `:authority` for it (RFC 9113 section 8.3.1).
    const target = raw.startsWith('/') ? raw : req.httpVersionMajor === 1 ? originForm(raw, req.headers.host) : undefined
    if (target === undefined) return new Problem('BAD_REQUEST', { detail: 'The request target is not a path, nor a URL of this host.' })
    const canonical = canonicalTarget(target, keepsEncodedSlashes())
    return 'reason' in canonical ? new Problem('BAD_REQUEST', { detail: canonical.reason }) : canonical
  }

  function check(req: IncomingMessage): Problem | undefined {
    const { httpVersionMajor: major, httpVersionMinor: minor } = req
    // HTTP/1.1's parser takes any version number: `HTTP/2.0` in a request line is not HTTP/2.
    const overHttp2 = major === 2 && (req as object) instanceof Http2Request
    if (!overHttp2 && (major !== 1 || minor > 1))
      return new Problem('BAD_REQUEST', { detail: `HTTP/${major}.${minor} is not spoken here.` })
    // A request over HTTP/2 comes here in the form that HTTP/1.1 gives it.
    const fault = checkHeaders(req.rawHeaders, overHttp2 ? 1 : minor, maxHeaderLines)
    if (fault) return new Problem(fault.code, { detail: fault.reason })
    if (!canBeMet(req)) return new Problem('EXPECTATION_FAILED')
    return req.headers.via?.includes(pseudonym) ? new Problem('LOOP_DETECTED') : undefined
  }

  return function guard(req, res) {
    const peer = req.socket.remoteAddress ?? ''
    const problem = check(req)
    const target = problem ?? checkTarget(req)
    const { path, queryString } = target instanceof Problem ? EMPTY : target
    const ip = addresses.of(peer, req.headers['x-forwarded-for'] as string | undefined)
    const exchange = new GatewayExchange(req, res, path, queryString, ip, requestIdOf(req, peer), clock.now())
    if (target instanceof Problem) return { exchange, problem: target, reply: undefined }
    return { exchange, problem: undefined, reply: asksServer(req) ? SERVER_OPTIONS : undefined }
  }
}
