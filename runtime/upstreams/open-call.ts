import { GatedCall } from './bulkhead/gated-call.js'
import { UpstreamCall } from './send.js'
import type { UpstreamPool } from './target.js'
import type { CallContext, UpstreamRequest, UpstreamSink } from './upstream-request.js'

/** A call on its way to an upstream. */
export interface OutgoingCall {
  send(): void
  /** Ends it: the client is gone, or nobody needs the rest. The sink hears no more. */
  cancel(): void
  /** URL of the target that was tried last. */
  readonly target: string | undefined
  /** How many attempts were made. */
  readonly attempts: number
}

/** Makes a call, within the upstream's bulkhead where it has one. */
export function openCall(pool: UpstreamPool, request: UpstreamRequest, sink: UpstreamSink, context: CallContext): OutgoingCall {
  const { bulkhead } = pool
  return bulkhead ? new GatedCall(pool, bulkhead, request, sink, context) : new UpstreamCall(pool, request, sink, context)
}
