import { fetchBounded } from './fetch-bounded.js'

const MAX_BYTES = 1_048_576

/** The text of a key set, or why there is none. */
export type KeySetFetch = { readonly text: string } | { readonly failure: string }

/** How {@link fetchKeySet} asks. */
export interface KeySetRequest {
  readonly fetch: typeof fetch
  /** Milliseconds for the whole exchange, body included. */
  readonly timeoutMs: number
  /** Ends the request early. */
  readonly signal: AbortSignal
}

/** Fetches a key set: status 200 only, no redirects, at most 1 MiB. Never rejects. */
export async function fetchKeySet(url: string, { fetch, timeoutMs, signal }: KeySetRequest): Promise<KeySetFetch> {
  const headers = { accept: 'application/jwk-set+json, application/json' }
  const fetched = await fetchBounded({ url, headers, timeoutMs, maxBytes: MAX_BYTES }, fetch, signal)
  if ('failure' in fetched || fetched.status === 200) return fetched
  return { failure: `the issuer answered with status ${fetched.status}` }
}
