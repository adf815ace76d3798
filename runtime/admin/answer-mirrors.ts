import type { IncomingMessage } from 'node:http'
import type { MirrorReport } from '../mirror/mirror-board.js'
import type { AdminReply } from './admin-reply.js'

/** Serves `GET /mirrors`: what came of mirrored requests by route, and the latest differences. */
export function answerMirrors({ method }: IncomingMessage, mirrors: () => MirrorReport | undefined): AdminReply {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'Use GET.\n' }
  const report = mirrors()
  if (!report) return { status: 404, body: 'No route has a mirror.\n' }
  return { status: 200, type: 'application/json', body: `${JSON.stringify(report)}\n` }
}
