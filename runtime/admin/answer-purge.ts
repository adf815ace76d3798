import type { IncomingMessage } from 'node:http'
import { readPurge } from '../cache/read-purge.js'

const MOST_BODY = 65_536
const FORMS = 'Send JSON with one of {"tag": "…"}, {"path": "/…"}, {"route": "…"} and {"all": true}, as application/json.\n'

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BODY) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Answers `POST /cache/purge`; 200 once every process that listens was told. The media type keeps pages in an operator's browser from
 * sending it: they may not send it to another origin unasked (Fetch standard, CORS-safelisted request-header).
 */
export async function answerPurge(
  req: IncomingMessage,
  purge: (tag: string) => Promise<void> | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
  if (req.method !== 'POST') return { status: 405, body: 'Use POST.\n' }
  if (!/^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? '')) return { status: 415, body: FORMS }
  const tag = readPurge(await readBody(req))
  if (tag === undefined) return { status: 400, body: FORMS }
  const done = purge(tag)
  if (!done) return { status: 404, body: 'No route has a cache.\n' }
  return done.then(
    () => ({ status: 200, body: 'purged\n' }),
    () => ({ status: 503, body: 'Purged in this process; the others could not be told, so try again.\n' }),
  )
}
