import { Problem } from '../../sdk/index.js'

/** The 503 for a credential that cannot be checked now; rounded up to whole seconds, at least one. */
export function authUnavailable(detail: string, retryAfterMs = 1_000, cause?: unknown): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return new Problem('AUTH_UNAVAILABLE', { detail, headers: ['Retry-After', String(seconds)], cause })
}
