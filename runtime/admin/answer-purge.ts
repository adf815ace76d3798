import type { IncomingMessage } from 'node:http'
import { readPurge } from '../cache/read-purge.js'
import type { AdminReply } from './admin-reply.js'
import { readJson } from './read-json.js'

const FORMS = 'Send one of {"tag": "…"}, {"path": "/…"}, {"route": "…"} and {"all": true}; a path begins with / and has no query.\n'

/** Serves `POST /cache/purge`: 200 once every process that listens was told. */
export async function answerPurge(req: IncomingMessage, purge: (tag: string) => Promise<void> | undefined): Promise<AdminReply> {
  if (req.method !== 'POST') return { status: 405, body: 'Use POST.\n' }
  const read = await readJson(req)
  if (!('json' in read)) return { ...read, body: read.body + FORMS }
  const tag = readPurge(read.json)
  if (tag === undefined) return { status: 400, body: FORMS }
  const done = purge(tag)
  if (!done) return { status: 404, body: 'No route has a cache.\n' }
  return done.then(
    () => ({ status: 200, body: 'purged\n' }),
    () => ({ status: 503, body: 'Purged in this process; the others could not be told, so try again.\n' }),
  )
}
