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

async function readBounded(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the body, and with it the transfer.
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'the request failed'
  return cause.name === 'TimeoutError' ? 'no complete answer in time' : cause.message
}

/** Fetches a key set: status 200 only, no redirects, at most 1 MiB. Never rejects. */
export async function fetchKeySet(url: string, request: KeySetRequest): Promise<KeySetFetch> {
  try {
    const response = await request.fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/jwk-set+json, application/json', 'user-agent': 'gatewright' },
      signal: AbortSignal.any([AbortSignal.timeout(request.timeoutMs), request.signal]),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      return { failure: `the issuer answered with status ${response.status}` }
    }
    const text = await readBounded(response)
    return text === undefined ? { failure: 'the answer is longer than 1 MiB' } : { text }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}
