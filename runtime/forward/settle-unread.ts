import { closeAfter } from '../edge/last-response.js'
import { lingerOnClose } from '../edge/linger-on-close.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { hasBody } from './collect-body.js'

/** A body that is this short is read to its end after an early answer; a longer one is cut off with its connection. */
const DRAINED_BYTES = 65_536

/**
 * Sees to what is left of a request body when its response is decided: a short rest is read and dropped behind the
 * response. Returns true where the response is the last of its connection instead: the rest may be long, or the client
 * still waits for `100 Continue` and may send the body or not.
 */
export function settleUnread({ req, res, expectsContinue }: GatewayExchange): boolean {
  if (req.complete || !hasBody(req)) return false
  const long = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > DRAINED_BYTES
  if (req.httpVersionMajor > 1 || !(long || expectsContinue)) {
    res.once('finish', () => req.resume())
    return false
  }
  closeAfter(req, res)
  lingerOnClose(req.socket)
  return true
}
