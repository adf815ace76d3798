import type { TLSSocket } from 'node:tls'
import type { ClientAddress } from '../edge/client-address.js'
import { plainAddress } from '../edge/client-address.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Target } from '../upstreams/target.js'
import { appendEdits, isEdited } from './apply-edits.js'
import { type HeaderRules, nominatedBy } from './header-rules.js'

/** How one route's requests go upstream. */
export interface RequestHeaderSettings {
  readonly rules: HeaderRules
  readonly addresses: ClientAddress
  readonly requestIdHeader: string
  readonly preserveHost: boolean
}

/**
 * The header lines of the request to the upstream, flat. End-to-end fields pass as received; hop-by-hop ones, those
 * that `Connection` nominates, forged identity and forwarding fields are dropped; `Via` and `X-Forwarded-*` are written.
 * @param sameBody true if the body is sent as received, so that its `Content-Length` still holds
 */
export function requestHeaders(exchange: GatewayExchange, target: Target, settings: RequestHeaderSettings, sameBody: boolean): string[] {
  const { rules, addresses, requestIdHeader } = settings
  const { req, requestEdits } = exchange
  const peer = req.socket.remoteAddress ?? ''
  const trusted = addresses.trusts(peer)
  const nominated = nominatedBy(req.headers.connection)
  const raw = req.rawHeaders
  const out: string[] = ['host', settings.preserveHost ? (req.headers.host ?? target.authority) : target.authority]
  for (let index = 0; index < raw.length; index += 2) {
    const { lower, rule } = rules.request(raw[index] as string)
    const passes = rule === 'keep' || (rule === 'forwarded' && trusted) || (rule === 'content-length' && sameBody)
    if (!passes || lower === requestIdHeader || nominated?.has(lower) || (requestEdits && isEdited(requestEdits, lower))) continue
    out.push(raw[index] as string, raw[index + 1] as string)
  }
  writeForwarded(out, exchange, peer, trusted)
  out.push('via', req.httpVersionMajor === 2 ? '2.0 gatewright' : '1.1 gatewright', requestIdHeader, exchange.requestId)
  if (requestEdits) appendEdits(out, requestEdits)
  return out
}

function writeForwarded(out: string[], { req }: GatewayExchange, peer: string, trusted: boolean): void {
  const chain = trusted ? req.headers['x-forwarded-for'] : undefined
  const address = plainAddress(peer)
  out.push('x-forwarded-for', chain === undefined ? address : `${chain}, ${address}`)
  if (!trusted || req.headers['x-forwarded-proto'] === undefined)
    out.push('x-forwarded-proto', (req.socket as TLSSocket).encrypted ? 'https' : 'http')
  if ((!trusted || req.headers['x-forwarded-host'] === undefined) && req.headers.host !== undefined)
    out.push('x-forwarded-host', req.headers.host)
}
