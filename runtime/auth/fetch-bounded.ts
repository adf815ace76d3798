/** What came back, or why nothing did. */
export type Fetched = { readonly status: number; readonly headers: Headers; readonly text: string } | { readonly failure: string }

/** One request of the gateway's own. */
export interface BoundedRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds for the whole exchange, body included. */
  readonly timeoutMs: number
  /** Bytes of body at most; of 0 the body is not read at all. */
  readonly maxBytes: number
}

async function readBounded(response: Response, maxBytes: number): Promise<string | undefined> {
  if (maxBytes === 0) {
    await response.body?.cancel()
    return ''
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the body, and with it the transfer.
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : 'the request failed'
}

async function exchange(request: BoundedRequest, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<Fetched> {
  const { url, method = 'GET', headers, body, maxBytes } = request
  const init: RequestInit = { method, redirect: 'manual', headers: { 'user-agent': 'gatewright', ...headers }, signal }
  const response = await fetch(url, body === undefined ? init : { ...init, body })
  const text = await readBounded(response, maxBytes)
  return text === undefined
    ? { failure: `the answer is longer than ${maxBytes / 1_024} KiB` }
    : { status: response.status, headers: response.headers, text }
}

/** Sends a request: no redirects, bounded in time and size. Never rejects; `signal` ends it early. */
export async function fetchBounded(request: BoundedRequest, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<Fetched> {
  // Node.js 20 may collect the sources of `AbortSignal.any` and then never fire: one controller, held here.
  const controller = new AbortController()
  const end = () => controller.abort()
  const timer = setTimeout(end, request.timeoutMs)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    return await exchange(request, fetch, controller.signal)
  } catch (error) {
    return { failure: controller.signal.aborted ? 'no complete answer in time' : reasonOf(error) }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
