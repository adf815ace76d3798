import type { IncomingMessage } from 'node:http'
import type { AdminReply } from './admin-reply.js'

const MAX_BYTES = 65_536

/**
 * Reads a JSON body of at most 64 KiB. Any other media type is refused: a page in an operator's browser could send
 * `text/plain` across origins without being asked.
 */
export async function readJson(req: IncomingMessage): Promise<{ readonly json: unknown } | AdminReply> {
  if (!/^application\/json *(;|$)/i.test(req.headers['content-type'] ?? '')) return { status: 415, body: 'Send application/json.\n' }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BYTES) return { status: 413, body: 'The body is longer than 64 KiB.\n' }
    chunks.push(chunk)
  }
  try {
    return { json: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  } catch {
    return { status: 400, body: 'The body is no JSON.\n' }
  }
}
