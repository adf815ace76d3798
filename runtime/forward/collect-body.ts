import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'

/** A request body that is read from the client. */
export interface Upload {
  /** Bytes so far, without their framing. */
  readonly bytes: number
  /** True while more is wanted from the client, false while the upstream holds it back. */
  readonly waiting: boolean
  destroy(error: Error): void
}

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

/**
 * Collects a whole request body, up to the limit; straight from the message, since nothing else reads it.
 * @param reading told of the body when it begins to be read, and of undefined when that is over
 */
export function collectBody(req: IncomingMessage, limit: number, reading: (upload: Upload | undefined) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const stop = (error: Error) => {
      reading(undefined)
      req.off('data', onData)
      req.pause()
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= limit) chunks.push(chunk)
      else stop(tooLarge(limit))
    }
    const onGone = () => reject(endedEarly())
    const upload: Upload = {
      get bytes() {
        return bytes
      },
      get waiting() {
        return !req.isPaused()
      },
      destroy: stop,
    }
    reading(upload)
    req.on('data', onData)
    req.on('end', () => {
      reading(undefined)
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    })
    req.on('error', onGone)
    req.on('aborted', onGone)
  })
}
