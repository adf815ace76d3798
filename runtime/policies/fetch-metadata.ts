import { type Exchange, Problem } from '../../sdk/index.js'
import type { FetchMetadataSettings } from '../../sdk/policies/fetch-metadata.js'
import type { CompilePolicy } from './compiler.js'

/** Embedding a document is no navigation that a user sees (W3C Fetch Metadata, resource isolation policy). */
const EMBEDDED = new Set(['object', 'embed'])

function isNavigation({ method, headers }: Exchange): boolean {
  return (
    (method === 'GET' || method === 'HEAD') && headers['sec-fetch-mode'] === 'navigate' && !EMBEDDED.has(String(headers['sec-fetch-dest']))
  )
}

function permits(exchange: Exchange, { sameSite, navigations, missing }: FetchMetadataSettings): boolean {
  const site = exchange.headers['sec-fetch-site']
  if (site === undefined) return missing === 'allow'
  // `none` is the user's own doing: an address typed, a bookmark.
  if (site === 'same-origin' || site === 'none' || (site === 'same-site' && sameSite)) return true
  return navigations && isNavigation(exchange)
}

/** Compiles `fetchMetadata`. */
export const compileFetchMetadata: CompilePolicy<'fetch-metadata'> = (settings) => ({
  request(exchange) {
    if (!exchange.preflight && !permits(exchange, settings)) throw new Problem('CROSS_SITE_REQUEST')
  },
  response(exchange) {
    exchange.addResponseHeader('vary', 'Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest')
  },
})
