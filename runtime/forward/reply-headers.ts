import type { Reply } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { appendEdits, isEdited } from './apply-edits.js'

/** The final header lines of a reply: its own, the edits of the response steps, the request id. */
export function replyHeaders(exchange: GatewayExchange, reply: Reply, requestIdHeader: string): string[] {
  if (!exchange.preflight) exchange.route?.runResponseSteps(exchange, reply.status)
  const { responseEdits } = exchange
  const headers: string[] = []
  for (let index = 0; index < reply.headers.length; index += 2) {
    const name = reply.headers[index] as string
    if (!responseEdits || !isEdited(responseEdits, name.toLowerCase())) headers.push(name, reply.headers[index + 1] as string)
  }
  headers.push(requestIdHeader, exchange.requestId)
  if (responseEdits) appendEdits(headers, responseEdits)
  return headers
}
