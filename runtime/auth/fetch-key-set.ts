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
  return cause instanceof Error ? cause.message : 'the request failed'
}

async function exchange(url: string, fetch: KeySetRequest['fetch'], signal: AbortSignal): Promise<KeySetFetch> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/jwk-set+json, application/json', 'user-agent': 'gatewright' },
    signal,
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    return { failure: `the issuer answered with status ${response.status}` }
  }
  const text = await readBounded(response)
  return text === undefined ? { failure: 'the answer is longer than 1 MiB' } : { text }
}

/** Fetches a key set: status 200 only, no redirects, at most 1 MiB. Never rejects. */
export async function fetchKeySet(url: string, request: KeySetRequest): Promise<KeySetFetch> {
  // Node.js 20 may collect the sources of `AbortSignal.any` and then never fire: one controller, held here.
  const controller = new AbortController()
  const end = () => controller.abort()
  const timer = setTimeout(end, request.timeoutMs)
  request.signal.addEventListener('abort', end, { once: true })
  if (request.signal.aborted) end()
  try {
    return await exchange(url, request.fetch, controller.signal)
  } catch (error) {
    return { failure: controller.signal.aborted ? 'no complete answer in time' : reasonOf(error) }
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', end)
  }
}
