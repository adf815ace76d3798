import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'

/** True if a request carries a body (RFC 9112 section 6.3). */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length']
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

export const tooLarge = (limit: number) => new Problem('PAYLOAD_TOO_LARGE', { detail: `The body is larger than ${limit} bytes.` })

export const endedEarly = () => new Problem('BAD_REQUEST', { detail: 'The request body ended early.' })

/** Refuses a body whose declared length is over the limit, before a byte of it is read. */
export function checkDeclaredLength(req: IncomingMessage, limit: number): void {
  const length = req.headers['content-length']
  if (length !== undefined && Number(length) > limit) throw tooLarge(limit)
}

/** Collects a whole request body, up to the limit; straight from the message, since nothing else reads it. */
export function collectBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= limit) {
        chunks.push(chunk)
        return
      }
      req.off('data', onData)
      req.pause()
      reject(tooLarge(limit))
    }
    const onGone = () => reject(endedEarly())
    req.on('data', onData)
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    req.on('error', onGone)
    req.on('aborted', onGone)
  })
}
