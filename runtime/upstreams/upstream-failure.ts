import { Problem } from '../../sdk/index.js'
import type { AttemptResult } from './target.js'

/** Where an upstream call was when it failed. */
export type CallStage = 'connecting' | 'waiting' | 'receiving'

/**
 * How an attempt failed: before a connection was had; by the end of its connection, or of its time, before the response began; by a
 * fault of the client's; or broken, in the middle of the response or by an answer that is none.
 */
export type FailureKind = 'connect' | 'reset' | 'timeout' | 'client' | 'broken'

const RESET = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'ECONNABORTED'])

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** True where nothing listens: on the port, or behind the path of a Unix socket. */
export function isRefused(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}

/** True for a connection that ended under a request: a kept-alive one that the upstream had just closed, for example. */
function isReset(error: unknown): boolean {
  return RESET.has(codeOf(error))
}

/** A failed attempt, as its call, the metrics and the caller see it. */
export interface AttemptFailure {
  readonly kind: FailureKind
  readonly outcome: AttemptResult
  /** What the caller gets; the cause stays in the log. */
  readonly problem: Problem
}

/** Reads what undici, the sink or the request body threw at an attempt. */
export function attemptFailure(error: unknown, stage: CallStage): AttemptFailure {
  if (error instanceof Problem)
    return error.status < 500
      ? { kind: 'client', outcome: 'cancelled', problem: error }
      : { kind: 'broken', outcome: 'error', problem: error }
  if (stage === 'connecting')
    return { kind: 'connect', outcome: 'unreachable', problem: new Problem('UPSTREAM_UNREACHABLE', { cause: error }) }
  const reset = isReset(error)
  const problem = new Problem(reset ? 'UPSTREAM_RESET' : 'UPSTREAM_INVALID_RESPONSE', { cause: error })
  return { kind: reset && stage === 'waiting' ? 'reset' : 'broken', outcome: reset ? 'reset' : 'error', problem }
}
