import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { canonicalTarget } from '../edge/canonical-target.js'
import { isBehindLast } from '../edge/last-response.js'
import type { LiveConfig } from '../pipeline/exchange-handler.js'
import { isHandshake } from './handshake.js'

/** A connection whose earlier request is not answered yet cannot change its protocol. */
const isIdle = (socket: Socket) => !(socket as { _httpMessage?: ServerResponse | null })._httpMessage

/** True for a WebSocket handshake that is to be run as one: its route speaks WebSocket, and its connection is its own. */
export function speaksWebSocket(req: IncomingMessage, { table, keepsEncodedSlashes }: LiveConfig): boolean {
  if (!isHandshake(req) || isBehindLast(req) || !(req.socket instanceof Socket) || !isIdle(req.socket)) return false
  const target = canonicalTarget(req.url as string, keepsEncodedSlashes)
  if ('reason' in target) return false
  return table.match('GET', target.path, { req, queryString: target.queryString })?.entry.websocket !== undefined
}
