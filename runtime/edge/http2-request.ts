import type { IncomingHttpHeaders } from 'node:http'
import { Http2ServerRequest, type ServerHttp2Stream } from 'node:http2'
import type { ReadableOptions } from 'node:stream'

/**
 * The lines of an HTTP/2 request as HTTP/1.1 would have them (RFC 9113 section 8.3.1): `Host` for `:authority`, one
 * `Cookie` line (section 8.2.3), the framing of a body without a length. A `Host` that differs from `:authority` stays
 * as a second one, for the edge guard to refuse.
 */
function plainLines(raw: readonly string[], authority: string | undefined, chunked: boolean): string[] {
  const out: string[] = authority === undefined ? [] : ['host', authority]
  let cookieAt = -1
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string
    const value = raw[index + 1] as string
    if (name.startsWith(':') || (name === 'host' && value === authority)) continue
    if (name !== 'cookie') out.push(name, value)
    else if (cookieAt < 0) cookieAt = out.push(name, value) - 1
    else out[cookieAt] += `; ${value}`
  }
  if (chunked) out.push('transfer-encoding', 'chunked')
  return out
}

/** A request over HTTP/2 in its HTTP/1.1 form, which is what everything behind the edge reads. */
export class Http2Request extends Http2ServerRequest {
  override readonly headers: IncomingHttpHeaders
  override readonly rawHeaders: string[]

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: ReadableOptions, rawHeaders: readonly string[]) {
    super(stream, headers, options, rawHeaders)
    const authority = headers[':authority'] as string | undefined
    const chunked = !stream.endAfterHeaders && headers['content-length'] === undefined
    const plain: IncomingHttpHeaders = Object.create(null)
    for (const name in headers) if (!name.startsWith(':')) plain[name] = headers[name]
    if (authority !== undefined) plain.host = authority
    if (chunked) plain['transfer-encoding'] = 'chunked'
    this.headers = plain
    this.rawHeaders = plainLines(rawHeaders, authority, chunked)
  }
}
