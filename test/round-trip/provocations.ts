import type { DeclaredOperation } from './declared.js'
import type { Stage } from './stage.js'

type Provoke = (stage: Stage, operation: DeclaredOperation) => Promise<unknown>

/** A call of the generated client that comes to each problem, as long as issuer and upstreams are up. */
export const BY_CLIENT: Readonly<Record<string, Provoke>> = {
  INVALID_REQUEST: (stage, { id }) => stage.call(id, { which: 'invalid' }),
  UNAUTHENTICATED: (stage, { id }) => stage.call(id, { credentials: {} }),
  INVALID_CREDENTIALS: (stage, { id }) => stage.call(id, { credentials: { jwt: 'not.a.token' } }),
  PAYLOAD_TOO_LARGE: (stage, { id }) => stage.call(id, { which: 'tooLarge' }),
  UNSUPPORTED_MEDIA_TYPE: (stage, { id }) => stage.call(id, { headers: { 'content-type': 'text/plain' } }),
  RATE_LIMITED: (stage, { id }) => stage.call(id, { client: 'greedy' }),
  // The config reads a header that this call lacks: a fault of its author, and so of the gateway.
  INTERNAL: (stage, { id }) => stage.call(id, { client: undefined }),
  UPSTREAM_RESET: (stage, { id }) => stage.call(id, { answer: 'reset' }),
  UPSTREAM_INVALID_RESPONSE: (stage, { id }) => stage.call(id, { answer: 'nonsense' }),
  UPSTREAM_TIMED_OUT: (stage, { id }) => stage.call(id, { answer: 'silence' }),
}

/** What a typed client cannot send; each with the reason. */
export const BY_HAND: Readonly<Record<string, { readonly because: string; readonly provoke: Provoke }>> = {
  BAD_REQUEST: {
    because: 'fetch writes requests that keep to HTTP; it takes bytes of one’s own to send two Host lines',
    provoke: (stage, operation) => stage.raw(operation, 'Host: a\r\nHost: b'),
  },
}

/** Uses up the limit of the client that `RATE_LIMITED` calls as. */
export async function useUpLimit(stage: Stage): Promise<void> {
  for (let count = 0; count < 5; count += 1) await stage.call('books.list', { client: 'greedy' })
}
