import { type ClientHttp2Session, type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { errors } from './undici.js'

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants

/** A request as the sender hands it to a dispatcher. */
export interface Http2CallOptions {
  readonly method: string
  readonly path: string
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Readable | Uint8Array | string | null
}

/** Flat lines as HTTP/2 fields: `:authority` for `Host`; lines of one name become a list (RFC 9110 section 5.3). */
function fieldsOf({ method, path, headers, body }: Http2CallOptions): OutgoingHttpHeaders {
  const fields: Record<string, string> = { ':method': method, ':path': path, ':scheme': 'https' }
  for (let index = 0; index < headers.length; index += 2) {
    const lower = (headers[index] as string).toLowerCase()
    const name = lower === 'host' ? ':authority' : lower
    const before = fields[name]
    const value = headers[index + 1] as string
    fields[name] = before === undefined ? value : `${before}${name === 'cookie' ? ';' : ','} ${value}`
  }
  if (typeof body === 'string' || body instanceof Uint8Array) fields['content-length'] = String(Buffer.byteLength(body))
  return fields
}

function linesOf(rawHeaders: readonly string[]): Buffer[] {
  const lines: Buffer[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (!name.startsWith(':')) lines.push(Buffer.from(name, 'latin1'), Buffer.from(rawHeaders[index + 1] as string, 'latin1'))
  }
  return lines
}

const lengthOf = (fields: { readonly 'content-length'?: string | undefined }) =>
  fields['content-length'] === undefined ? undefined : Number(fields['content-length'])

/**
 * Sends one request on a connection and hands the response to undici's kind of handler. Whatever ends the stream before
 * the response does is one error, with undici's code for a lost connection.
 * @param abandoned told where a response did not come to its end, since the connection may be dead
 */
export function sendHttp2Call(
  session: ClientHttp2Session,
  options: Http2CallOptions,
  handler: Dispatcher.DispatchHandler,
  abandoned: () => void,
): ClientHttp2Stream {
  const { body, method } = options
  // Node ends a stream before it resets it, which makes half an upload look whole; not where trailers might come.
  const stream = session.request(fieldsOf(options), { endStream: body === null, waitForTrailers: body !== null })
  let settled = false
  const settle = (): boolean => !settled && (settled = true)
  const fail = (error: Error) => {
    if (!settle()) return
    if (!stream.closed) stream.close(NGHTTP2_CANCEL)
    abandoned()
    handler.onError?.(error)
  }
  const lost = () => fail(new errors.SocketError(`HTTP/2 stream closed with code ${stream.rstCode ?? NGHTTP2_NO_ERROR}`))
  let missing: number | undefined
  handler.onConnect?.((error) => fail(error ?? new errors.RequestAbortedError()))
  stream.on('response', (fields, _flags, rawHeaders?: string[]) => {
    if (settled) return
    missing = method === 'HEAD' || stream.endAfterHeaders ? undefined : lengthOf(fields)
    const flows = handler.onHeaders?.(Number(fields[':status']), linesOf(rawHeaders ?? []), () => void stream.resume(), '')
    stream.on('data', (chunk: Buffer) => {
      if (missing !== undefined) missing -= chunk.length
      if (!settled && handler.onData?.(chunk) === false) stream.pause()
    })
    if (flows === false) stream.pause()
    stream.once('end', () => {
      if (stream.rstCode || (missing !== undefined && missing !== 0)) lost()
      else if (settle()) handler.onComplete?.([])
    })
  })
  stream.once('error', lost)
  stream.once('close', lost)
  if (body !== null) upload(stream, body, fail)
  return stream
}

function upload(stream: ClientHttp2Stream, body: NonNullable<Http2CallOptions['body']>, fail: (error: Error) => void): void {
  if (typeof body === 'string' || body instanceof Uint8Array) {
    stream.end(body)
    return
  }
  body.once('error', fail)
  body.pipe(stream)
  stream.once('close', () => body.destroy())
}
