import type { UpstreamOutcome } from '../../sdk/index.js'
import { compileCacheKey, keepParameters } from '../cache/cache-key.js'
import { addCacheStatus } from '../cache/cache-status.js'
import { PurgeTimes } from '../cache/purge-times.js'
import { isApart, isUnsafe } from '../cache/request-rules.js'
import { ResponseCache } from '../cache/response-cache.js'
import { MemoryResponses } from '../cache/response-store.js'
import { SharedResponses } from '../cache/shared-responses.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `cache`: looks before the upstream is called, and watches what comes from it. */
export const compileCache: CompilePolicy<'cache'> = (settings, { identity, services }) => {
  const { clock, shared, log, count } = services
  const purges = services.keepByStore('cache:purges', () => new PurgeTimes(clock, shared))
  const { key, ...plain } = settings
  // What a key reads may have changed with the config, and functions cannot be compared: such a store does not outlive it.
  const kept = `cache:${identity}:${JSON.stringify(plain)}${key.length === 0 ? '' : `:${Math.random()}`}`
  // With the purges: what they know is gone must not come back with others that do not.
  const memory = services.keepByStore(kept, () => new MemoryResponses(settings.memory))
  if (settings.store === 'shared') purges.share()
  const store = settings.store === 'shared' ? new SharedResponses(memory, shared, purges, clock) : memory
  const cache = new ResponseCache(settings, services, store, purges)
  const keyOf = compileCacheKey(settings, identity)
  const methods: ReadonlySet<string> = new Set(settings.methods)
  const parameters = settings.query && new Set(settings.query)

  /** What an unsafe request changed is not given any more (RFC 9111 section 4.4). */
  const forget = ({ path }: GatewayExchange, { status = 500 }: UpstreamOutcome): undefined => {
    if (status < 200 || status >= 400) return
    purges.purge(`path:${path}`).catch((error: unknown) => log.warn({ err: error }, 'a change could not be told to other processes'))
  }

  /** The key of a request that a store may answer; undefined for any other. */
  const keyFor = (exchange: GatewayExchange): string | undefined => {
    if (!methods.has(exchange.method)) return undefined
    if (parameters) exchange.setUpstreamQuery(keepParameters(exchange.upstreamQuery, parameters))
    return isApart(exchange) ? undefined : keyOf(exchange)
  }

  return {
    request(given) {
      // Every exchange of this runtime is a GatewayExchange, which alone knows what is sent upstream.
      const exchange = given as GatewayExchange
      // Where no route matches there is nothing to store.
      if (!exchange.route?.pool) return undefined
      if (isUnsafe(exchange.method)) exchange.onUpstream((outcome) => forget(exchange, outcome))
      const base = keyFor(exchange)
      if (base !== undefined) return cache.answer(exchange, base)
      count('gatewright_cache_requests_total', { outcome: 'bypass' })
      if (!exchange.upgrade) addCacheStatus(exchange, { forwarded: methods.has(exchange.method) ? 'bypass' : 'method' })
      return undefined
    },
  }
}
