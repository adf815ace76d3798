import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'
import type { BreakerControl } from '../upstreams/breaker/breaker-control.js'
import type { AdminReply } from './admin-reply.js'
import { readJson } from './read-json.js'

const JSON_TYPE = 'application/json'
const FORM = 'Send {"state": "open" | "closed" | "auto"}, and "target" with a target’s URL where each has a breaker of its own.\n'

const show = (value: unknown): AdminReply => ({ status: 200, type: JSON_TYPE, body: `${JSON.stringify(value)}\n` })

/** Serves `GET /breakers`, every breaker with its state, and `POST /breakers/{upstream}`, which holds some or lets them go. */
export async function answerBreakers(req: IncomingMessage, upstream: string | undefined, control: BreakerControl): Promise<AdminReply> {
  if (upstream === undefined) {
    return req.method === 'GET' || req.method === 'HEAD'
      ? show(control.list())
      : { status: 405, body: 'Use GET, or POST to /breakers/{upstream}.\n' }
  }
  if (req.method !== 'POST') return { status: 405, body: 'Use POST, or GET of /breakers.\n' }
  const read = await readJson(req)
  if (!('json' in read)) return { ...read, body: read.body + FORM }
  try {
    control.set(upstream, read.json)
    return show(control.list().filter((breaker) => breaker.upstream === upstream))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.code === 'NOT_FOUND' ? { status: 404, body: `${error.message}\n` } : { status: 400, body: `${error.message} ${FORM}` }
  }
}
