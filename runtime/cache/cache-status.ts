import type { Exchange } from '../../sdk/index.js'

/** Why a request was forwarded (RFC 9211 section 2.2). */
export type Forwarded = 'bypass' | 'method' | 'uri-miss' | 'stale' | 'request'

/** What the cache did, in the words of RFC 9211. */
export interface CacheEvent {
  readonly forwarded?: Forwarded | undefined
  /** The upstream's status, where the answer has another. */
  readonly status?: number | undefined
  /** Milliseconds of freshness left. */
  readonly freshFor?: number | undefined
  /** Only the intention, where the body is still to come. */
  readonly stored?: boolean
  readonly collapsed?: boolean
}

/** Adds this cache's member to `Cache-Status`, after those of caches nearer to the origin. */
export function addCacheStatus(exchange: Exchange, { forwarded, status, freshFor, stored, collapsed }: CacheEvent): void {
  const parts = ['gatewright', forwarded === undefined ? 'hit' : `fwd=${forwarded}`]
  if (status !== undefined) parts.push(`fwd-status=${status}`)
  if (freshFor !== undefined) parts.push(`ttl=${Math.floor(freshFor / 1_000)}`)
  if (stored) parts.push('stored')
  if (collapsed) parts.push('collapsed')
  exchange.addResponseHeader('cache-status', parts.join('; '))
}
