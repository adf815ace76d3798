import type { HeaderEdit } from '../pipeline/exchange.js'
import type { StoredResponse } from './stored-response.js'

/** Statuses of an upstream that failed (RFC 5861 section 4). */
const FAILURES = new Set([500, 502, 503, 504])

export const isFailure = (status: number): boolean => FAILURES.has(status)

/** True for a response that the upstream can be asked to confirm. */
export const canBeValidated = ({ terms: { etag, lastModified } }: StoredResponse): boolean =>
  etag !== undefined || lastModified !== undefined

/** The edits that make a request ask whether a stored response still holds (RFC 9111 section 4.3.1), in place of the caller's own conditions. */
export function validationEdits({ terms: { etag, lastModified } }: StoredResponse): HeaderEdit[] {
  return [
    { name: 'if-none-match', value: etag, add: false },
    { name: 'if-modified-since', value: lastModified, add: false },
  ]
}
