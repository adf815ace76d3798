/** One HTTP/1 message as bytes on the wire (latin-1), taken apart without judging it. */
export interface WireMessage {
  /** Request line or status line. */
  readonly line: string
  /** Header lines in order, spelled as received. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The body without its framing. */
  readonly body: string
  /** Trailer lines of a chunked body. */
  readonly trailers: readonly (readonly [name: string, value: string])[]
  /** True where the body came in chunks. */
  readonly chunked: boolean
  /** The whole message, byte for byte. */
  readonly raw: string
}

/** What a reader must know that the bytes do not say. */
export interface ReadOptions {
  /** No body follows, whatever the headers say: a response to HEAD. */
  readonly bodiless?: boolean
  /** The connection is closed: a response without a length ends here. */
  readonly closed?: boolean
}

function headerLines(text: string): (readonly [string, string])[] {
  return text
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
    })
}

/** Values of a header, in order; names compare without case. */
export function valuesOf({ headers }: Pick<WireMessage, 'headers'>, name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
}

/** The status code of a response. */
export function statusOf({ line }: WireMessage): number {
  return Number(line.split(' ')[1])
}

interface Body {
  readonly body: string
  readonly trailers: WireMessage['trailers']
  readonly end: number
}

function readChunks(text: string, start: number): Body | undefined {
  let body = ''
  let at = start
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) return undefined
    if (size === 0) {
      const done = text.startsWith('\r\n', lineEnd + 2) ? lineEnd + 2 : text.indexOf('\r\n\r\n', lineEnd)
      if (done < 0) return undefined
      const end = done === lineEnd + 2 ? done + 2 : done + 4
      return { body, trailers: headerLines(text.slice(lineEnd + 2, end)), end }
    }
    if (text.length < lineEnd + 2 + size + 2) return undefined
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}

function readLength(text: string, start: number, length: number): Body | undefined {
  if (text.length < start + length) return undefined
  return { body: text.slice(start, start + length), trailers: [], end: start + length }
}

/** Takes the first whole message off the front of `text`; undefined while it is not all there. */
export function readMessage(text: string, { bodiless = false, closed = false }: ReadOptions = {}): WireMessage | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const lineEnd = text.indexOf('\r\n')
  const line = text.slice(0, lineEnd)
  const headers = headerLines(text.slice(lineEnd + 2, headEnd + 2))
  const start = headEnd + 4
  const isResponse = line.startsWith('HTTP/')
  const status = isResponse ? Number(line.split(' ')[1]) : 0
  const chunked = valuesOf({ headers }, 'transfer-encoding').some((value) => value.toLowerCase().includes('chunked'))
  const [length] = valuesOf({ headers }, 'content-length')
  const empty = bodiless || (isResponse && (status < 200 || status === 204 || status === 304))
  const read = (): Body | undefined => {
    if (empty) return { body: '', trailers: [], end: start }
    if (chunked) return readChunks(text, start)
    if (length !== undefined) return readLength(text, start, Number(length))
    if (!isResponse) return { body: '', trailers: [], end: start }
    return closed ? { body: text.slice(start), trailers: [], end: text.length } : undefined
  }
  const found = read()
  return found && { line, headers, body: found.body, trailers: found.trailers, chunked, raw: text.slice(0, found.end) }
}
