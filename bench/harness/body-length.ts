/** Takes a request's body as it comes; returns its length once it is whole. */
export type BodyLength = (bytes: Buffer) => number | undefined

/** Counts a body whose length was declared. */
export function countDeclared(length: number): BodyLength {
  let received = 0
  return (bytes) => {
    received += bytes.length
    return received >= length ? received : undefined
  }
}

const LINE_END = 2

/** Counts a chunked body without trailers (RFC 9112 section 7.1), framing left out. */
export function countChunks(): BodyLength {
  let received = 0
  let left = 0
  let line = ''
  let last = false
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (left === 0) {
        const end = bytes.indexOf('\n', at)
        line += bytes.toString('latin1', at, end < 0 ? bytes.length : end)
        if (end < 0) return undefined
        const size = Number.parseInt(line, 16)
        line = ''
        at = end + 1
        received += size
        left = size + LINE_END
        last = size === 0
      }
      const step = Math.min(left, bytes.length - at)
      left -= step
      at += step
    }
    return last && left === 0 ? received : undefined
  }
}
