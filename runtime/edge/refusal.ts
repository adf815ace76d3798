import type { Problem } from '../../sdk/index.js'

/** Why a request is refused before it is routed: the `reason` of `gatewright_refused_requests_total`. */
export type RefusalReason =
  | 'syntax'
  | 'method'
  | 'version'
  | 'framing'
  | 'host'
  | 'authorization'
  | 'header-count'
  | 'header-size'
  | 'target'
  | 'target-size'
  | 'query-parameters'
  | 'expectation'
  | 'header-timeout'
  | 'request-timeout'
  | 'slow-body'
  | 'overload'

/** Why a connection is closed without an answer: the `reason` of `gatewright_closed_connections_total`. */
export type ClosedReason = 'silent' | 'connections' | 'connections-per-ip' | 'shed' | 'slow-reader'

/** A refusal with the answer that the client gets. */
export interface Refusal {
  readonly reason: RefusalReason
  readonly problem: Problem
}
