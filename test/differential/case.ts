/** One request, or what is sent in its place, and what the upstream answers to it. */
export interface Case {
  /** Names the case in the report and beside its reason. */
  readonly id: string
  /** What the client sends, byte for byte (latin1). */
  readonly send: string
  /** What the upstream answers, byte for byte; default a short 200. */
  readonly answer?: string
  /** Nothing is sent after it: the request itself ends the connection. */
  readonly alone?: true
  /** The upstream closes the connection after its answer. */
  readonly hangUp?: true
  /** Compare also what the client gets: header lines and body. */
  readonly response?: true
}

/** Header lines or a request line, as they go over the wire, with the empty line at the end. */
export const lines = (...all: readonly string[]) => `${all.join('\r\n')}\r\n\r\n`

/** A GET with a Host and these header lines. */
export const get = (target: string, ...headers: readonly string[]) => lines(`GET ${target} HTTP/1.1`, 'Host: gw', ...headers)

/** A POST with a Host, these header lines, and what follows them. */
export const post = (headers: readonly string[], body = '') => lines('POST /a HTTP/1.1', 'Host: gw', ...headers) + body

/** A chunked body of one chunk. */
export const chunked = (text: string, after = '') => `${text.length.toString(16)}\r\n${text}\r\n0\r\n${after}\r\n`

/** A response with its length. */
export const answer = (status: string, headers: readonly string[] = [], body = 'ok') =>
  lines(`HTTP/1.1 ${status}`, `Content-Length: ${body.length}`, ...headers) + body
