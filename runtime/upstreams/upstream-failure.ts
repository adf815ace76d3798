import { Problem } from '../../sdk/index.js'

/** Where an upstream call was when it failed. */
export type CallStage = 'connecting' | 'waiting' | 'receiving'

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
export function isReset(error: unknown): boolean {
  return RESET.has(codeOf(error))
}

/** The problem that callers get for a failed upstream call; the cause stays in the log. */
export function upstreamFailure(error: unknown, stage: CallStage): Problem {
  if (error instanceof Problem) return error
  if (stage === 'connecting') return new Problem('UPSTREAM_UNREACHABLE', { cause: error })
  return new Problem(isReset(error) ? 'UPSTREAM_RESET' : 'UPSTREAM_INVALID_RESPONSE', { cause: error })
}
