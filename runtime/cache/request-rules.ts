import { Problem } from '../../sdk/index.js'
import { hasBody } from '../forward/collect-body.js'
import { sentHeader } from '../forward/sent-header.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { readCacheControl, secondsOf } from './cache-control.js'
import { ageAt, freshFor, type Terms } from './terms.js'

/** Methods that change nothing (RFC 9110 section 9.2.1), and so leave what is stored as it is. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'REPORT', 'SEARCH'])

export const isUnsafe = (method: string): boolean => !SAFE.has(method)

/** True for a request whose response is its own: a part of a representation, one on a condition of the caller's state, or the answer to a body. */
export function isApart({ req, upgrade }: GatewayExchange): boolean {
  const { headers } = req
  return (
    upgrade ||
    headers['range'] !== undefined ||
    headers['if-range'] !== undefined ||
    headers['if-match'] !== undefined ||
    headers['if-unmodified-since'] !== undefined ||
    hasBody(req)
  )
}

/** True for a request that the upstream may answer by who asks. */
export const hasCredentials = (exchange: GatewayExchange): boolean =>
  sentHeader(exchange, 'authorization') !== undefined || sentHeader(exchange, 'cookie') !== undefined

/** What a caller wants of caches (RFC 9111 section 5.2.1). */
export interface RequestDirectives {
  readonly noStore: boolean
  /** True if a stored response will do. */
  accepts(terms: Terms, now: number): boolean
  /** Refuses what would have to be fetched, where the caller said `only-if-cached`. */
  checkFetch(): void
}

const ANY: RequestDirectives = { noStore: false, accepts: () => true, checkFetch: () => undefined }

/** Reads a request's `Cache-Control`, or its `Pragma` where there is none. */
export function requestDirectives({ req: { headers } }: GatewayExchange): RequestDirectives {
  const control = headers['cache-control']
  if (control === undefined && headers['pragma'] === undefined) return ANY
  const { directives } = readCacheControl(control)
  const maxAge = secondsOf(directives, 'max-age')
  const minFresh = secondsOf(directives, 'min-fresh')
  const noCache = directives.has('no-cache') || (control === undefined && /no-cache/i.test(String(headers['pragma'])))
  return {
    noStore: directives.has('no-store'),
    accepts: (terms, now) =>
      !noCache &&
      (maxAge === undefined || ageAt(terms, now) <= maxAge * 1_000) &&
      (minFresh === undefined || freshFor(terms, now) >= minFresh * 1_000),
    checkFetch() {
      if (directives.has('only-if-cached')) throw new Problem('NOT_CACHED')
    },
  }
}

/** The directives of a caller that none are taken from. */
export const noDirectives = (): RequestDirectives => ANY
