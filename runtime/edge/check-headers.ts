import type { RefusalReason } from './refusal.js'

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/

/** True for `host` or `host:port` (RFC 9110 section 7.2) without userinfo, path or empty parts. */
export function isAuthority(text: string): boolean {
  const match = HOST.exec(text)
  return match !== null && (match[1] === undefined || Number(match[1]) <= 65_535)
}

/** What is wrong with a header block, if anything. */
export interface HeaderFault {
  readonly code: 'BAD_REQUEST' | 'HEADERS_TOO_LARGE'
  readonly reason: RefusalReason
  readonly detail: string
}

/** What a header block may hold. */
export interface HeaderLimits {
  readonly lines: number
  /** Names, values and the four bytes between and after them. */
  readonly bytes: number
}

const fault = (reason: RefusalReason, detail: string): HeaderFault => ({ code: 'BAD_REQUEST', reason, detail })
const tooLarge = (reason: RefusalReason, detail: string): HeaderFault => ({ code: 'HEADERS_TOO_LARGE', reason, detail })

/** Names that are looked at, by length: the length rules out nearly every other name before it is lower-cased. */
const WATCHED: Readonly<Record<number, string>> = { 4: 'host', 13: 'authorization', 14: 'content-length', 17: 'transfer-encoding' }

/** How often each watched name occurs, and its last value. */
interface Tally {
  hosts: number
  host: string
  authorizations: number
  coding: string | undefined
  length: string
  bytes: number
}

function tally(rawHeaders: readonly string[]): Tally {
  const found: Tally = { hosts: 0, host: '', authorizations: 0, coding: undefined, length: '', bytes: 0 }
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    const value = rawHeaders[index + 1] as string
    found.bytes += name.length + value.length + 4
    const watched = WATCHED[name.length]
    if (watched === undefined || name.toLowerCase() !== watched) continue
    if (watched === 'host') {
      found.hosts++
      found.host = value
    } else if (watched === 'content-length') found.length = value
    else if (watched === 'authorization') found.authorizations++
    else found.coding = found.coding === undefined ? value.toLowerCase() : `${found.coding}, ${value}`
  }
  return found
}

/**
 * Checks what Node's parser lets through: the number and size of the lines, exactly one well-formed Host (RFC 9112 section 3.2),
 * `Transfer-Encoding` being just `chunked` and only on HTTP/1.1, a `Content-Length` without leading zeros, one Authorization at most.
 * @param rawHeaders flat: name, value, name, value
 */
export function checkHeaders(rawHeaders: readonly string[], minorVersion: number, limits: HeaderLimits): HeaderFault | undefined {
  if (rawHeaders.length > limits.lines * 2) return tooLarge('header-count', `More than ${limits.lines} header lines.`)
  const { hosts, host, authorizations, coding, length, bytes } = tally(rawHeaders)
  if (bytes > limits.bytes) return tooLarge('header-size', `More than ${limits.bytes} bytes of header lines.`)
  if (coding !== undefined && minorVersion === 0) return fault('framing', 'Transfer-Encoding in an HTTP/1.0 request.')
  if (coding !== undefined && coding !== 'chunked') return fault('framing', 'A transfer coding other than chunked.')
  // Another reader may take it for octal.
  if (length.length > 1 && length.startsWith('0')) return fault('framing', 'A Content-Length with a leading zero.')
  if (authorizations > 1) return fault('authorization', 'More than one Authorization header.')
  if (hosts > 1) return fault('host', 'More than one Host header.')
  if (hosts === 0) return minorVersion === 0 ? undefined : fault('host', 'No Host header.')
  return isAuthority(host) ? undefined : fault('host', 'The Host header is not a host and port.')
}
