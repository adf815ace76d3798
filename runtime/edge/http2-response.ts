import type { OutgoingHttpHeaders } from 'node:http'
import { Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'

/** Fields of an HTTP/1.1 connection, which HTTP/2 has no use for and forbids (RFC 9113 section 8.2.2). */
const OF_HTTP1 = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/**
 * Flat lines as HTTP/2 takes them. Lines of one name become a list (RFC 9110 section 5.3), since HTTP/2 peers refuse
 * some names twice; `Set-Cookie` cannot be one and keeps its lines.
 */
function fieldsOf(lines: readonly string[]): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null)
  for (let index = 0; index < lines.length; index += 2) {
    const name = (lines[index] as string).toLowerCase()
    const value = lines[index + 1] as string
    const before = fields[name]
    if (OF_HTTP1.has(name)) continue
    if (before === undefined) fields[name] = value
    else if (Array.isArray(before)) before.push(value)
    else fields[name] = name === 'set-cookie' ? [before, value] : `${before}, ${value}`
  }
  return fields
}

/** How long to wait before looking again whether the end of an answer is sent; milliseconds. */
const LOOK_AGAIN_MS = 25

/** Stops the rest of an upload once the answer is sent to its end (RFC 9113 section 8.1): a reset overtakes what is still queued. */
function stopUpload(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return
  if (stream.closed || stream.state.localClose === 1) stream.destroy()
  else setTimeout(stopUpload, LOOK_AGAIN_MS, stream).unref()
}

/** Node waits for somebody to read the rest of a request whose client has left; nobody does. */
function dropAborted(this: ServerHttp2Stream): void {
  setImmediate(() => this.destroy())
}

/** A response over HTTP/2 that can be written like one over HTTP/1.1. */
export class Http2Response extends Http2ServerResponse {
  static {
    // A stream that its client has reset counts as finished for Node; a response is so only if it was ended here. The types
    // of Node call this a property, which an accessor may not override.
    Object.defineProperty(Http2Response.prototype, 'writableFinished', {
      get(this: Http2Response) {
        return this.writableEnded && this.stream.writableFinished
      },
    })
  }

  /** Means nothing here: connections are closed by GOAWAY. */
  shouldKeepAlive = true

  constructor(stream: ServerHttp2Stream) {
    super(stream)
    stream.once('close', this.#onStreamClose)
    stream.once('aborted', dropAborted)
  }

  /** Node says nothing of the end of an unanswered HEAD. */
  readonly #onStreamClose = (): void => {
    if (this.socket !== undefined) this.emit('close')
  }

  override setHeader(name: string, value: number | string | readonly string[]): this {
    const lower = name.toLowerCase()
    const field = Array.isArray(value) && lower !== 'set-cookie' ? value.join(', ') : value
    if (!OF_HTTP1.has(lower)) super.setHeader(lower, field as string)
    return this
  }

  override writeHead(status: number, headers?: unknown): this {
    super.writeHead(status, Array.isArray(headers) ? fieldsOf(headers) : (headers as OutgoingHttpHeaders))
    return this
  }

  override end(...args: unknown[]): this {
    const { stream } = this
    super.end(...(args as []))
    // An upload that the answer did not wait for.
    if (!stream.endAfterHeaders && !stream.readableEnded) setImmediate(stopUpload, stream)
    return this
  }

  /** Cuts the stream short, so that the client cannot take what it has for the whole. */
  override destroy(error?: Error): this {
    super.destroy(error ?? new Error('the response cannot be completed'))
    return this
  }
}
