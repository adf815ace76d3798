import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeAfter } from './last-response.js'
import type { ClosedReason, RefusalReason } from './refusal.js'
import { refusalBody } from './refusal-body.js'

/** What Node's HTTP parser tells of a request it gave up on. */
export type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer }

/** Where refusals are counted. */
export interface RefusalCounter {
  /** A request was answered with an error before it was routed. */
  refused(status: number, reason: RefusalReason): void
  /** A connection was closed without an answer. */
  closed(reason: ClosedReason): void
}

/** The response that a connection is at. */
export const responseOn = (socket: object) => (socket as { _httpMessage?: ServerResponse & { req: IncomingMessage } })._httpMessage

const REASONS: Readonly<Record<string, RefusalReason>> = {
  HPE_HEADER_OVERFLOW: 'header-size',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'framing',
  HPE_INVALID_CHUNK_SIZE: 'framing',
  HPE_INVALID_CONTENT_LENGTH: 'framing',
  HPE_INVALID_TRANSFER_ENCODING: 'framing',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'framing',
  HPE_INVALID_METHOD: 'method',
  HPE_INVALID_URL: 'target',
  HPE_INVALID_VERSION: 'version',
}

const STATUSES: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413 }

/** A packet that begins with a request line and has no end of it: the parser ran out of room in the target. */
const ONLY_A_TARGET = /^[A-Z]+ \S+$/

/** How long a client may take to read the refusal before its connection is destroyed; it need not read at all. */
const LINGER_MS = 1_000

function verdict(error: ParserError, busy: boolean): { readonly status: number; readonly reason: RefusalReason } {
  const { code = '', rawPacket } = error
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, reason: busy ? 'request-timeout' : 'header-timeout' }
  if (code === 'HPE_HEADER_OVERFLOW' && rawPacket && ONLY_A_TARGET.test(rawPacket.toString('latin1')))
    return { status: 414, reason: 'target-size' }
  return { status: STATUSES[code] ?? 400, reason: REASONS[code] ?? 'syntax' }
}

/**
 * Answers a request that could not be parsed or did not come in time, and closes: what follows on the connection cannot be
 * trusted. One that never sent a byte is closed without an answer.
 */
export function answerClientError(error: ParserError, socket: Duplex & { readonly bytesRead?: number }, counter: RefusalCounter): void {
  const current = responseOn(socket)
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) {
    counter.closed('silent')
    socket.destroy()
    return
  }
  if (!socket.writable || error.code === 'ECONNRESET' || current?.headersSent) {
    socket.destroy(error)
    return
  }
  if (current?.req.complete) {
    // The fault lies behind a whole request, which must get its own answer.
    closeAfter(current.req, current)
    return
  }
  const { status, reason } = verdict(error, Boolean(current))
  counter.refused(status, reason)
  const body = refusalBody(status)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
