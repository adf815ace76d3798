import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'
import type { RolloutControl } from '../rollout/rollout-control.js'
import type { AdminReply } from './admin-reply.js'
import { readJson } from './read-json.js'

const FORM = 'Send {"percent": 0 to 100} or {"state": "stable"} for a canary, {"active": "blue" | "green"} for the other kind.\n'

const show = (value: unknown): AdminReply => ({ status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` })

/** Serves `GET /rollouts`, every rollout with its share, and `POST /rollouts/{name}`, which sets one. */
export async function answerRollouts(req: IncomingMessage, name: string | undefined, control: RolloutControl): Promise<AdminReply> {
  if (name === undefined) {
    return req.method === 'GET' || req.method === 'HEAD'
      ? show(control.list())
      : { status: 405, body: 'Use GET, or POST to /rollouts/{name}.\n' }
  }
  if (req.method !== 'POST') return { status: 405, body: 'Use POST, or GET of /rollouts.\n' }
  const read = await readJson(req)
  if (!('json' in read)) return { ...read, body: read.body + FORM }
  try {
    control.set(name, read.json)
    return show(control.list().find((rollout) => rollout.name === name))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.code === 'NOT_FOUND' ? { status: 404, body: `${error.message}\n` } : { status: 400, body: `${error.message} ${FORM}` }
  }
}
