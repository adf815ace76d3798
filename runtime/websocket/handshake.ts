import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { hasBody } from '../forward/collect-body.js'

/** Appended to the client's key before it is hashed (RFC 6455 section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Sixteen bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/

const names = (list: string, token: string): boolean => list.split(',').some((one) => one.trim().toLowerCase() === token)

/** True for an opening handshake of WebSocket version 13 (RFC 6455 section 4.2.1): GET by HTTP/1.1, without a body. */
export function isHandshake(req: IncomingMessage): boolean {
  const { headers } = req
  return (
    req.method === 'GET' &&
    req.httpVersion === '1.1' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    names(headers.connection ?? '', 'upgrade') &&
    headers['sec-websocket-version'] === '13' &&
    KEY.test(headers['sec-websocket-key'] ?? '') &&
    headers.expect === undefined &&
    !hasBody(req)
  )
}

/** Values of a name among header lines as undici hands them over. */
function valuesOf(lines: readonly Buffer[], name: string): string[] {
  return lines.flatMap((line, index) =>
    index % 2 === 0 && line.length === name.length && line.toString('latin1').toLowerCase() === name
      ? [(lines[index + 1] as Buffer).toString('latin1')]
      : [],
  )
}

/**
 * True if a 101 is the answer to this very handshake (RFC 6455 section 4.1): anything else on the upstream's connection
 * would be relayed in a protocol that the client does not speak.
 */
export function isAcceptance(req: IncomingMessage, lines: readonly Buffer[]): boolean {
  const accept = valuesOf(lines, 'sec-websocket-accept')
  const expected = hash('sha1', `${req.headers['sec-websocket-key']}${GUID}`, 'base64')
  return accept.length === 1 && accept[0] === expected && valuesOf(lines, 'upgrade').join().toLowerCase() === 'websocket'
}
