import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { ClientAddress } from '../edge/client-address.js'
import { plainAddress } from '../edge/client-address.js'
import type { GatewayExchange, HeaderEdit } from '../pipeline/exchange.js'
import type { Target } from '../upstreams/target.js'
import { appendEdits, isEdited } from './apply-edits.js'
import { type HeaderRules, nominatedBy } from './header-rules.js'

/** The largest `Max-Forwards` sent on. */
const MAX_HOPS = 1_000

/** How one route's requests go upstream. */
export interface RequestHeaderSettings {
  readonly rules: HeaderRules
  readonly addresses: ClientAddress
  readonly requestIdHeader: string
  /** This gateway's name in `Via`. */
  readonly pseudonym: string
  readonly preserveHost: boolean
  /** The header that tells how long the gateway waits; undefined where none does. */
  readonly deadlineHeader: string | undefined
}

/**
 * The header lines of the request to the upstream, flat. End-to-end fields pass as received; hop-by-hop ones, those
 * that `Connection` nominates, forged identity and forwarding fields are dropped; `Via` and `X-Forwarded-*` are written;
 * several `Cookie` lines become one (RFC 9113 section 8.2.3).
 * @param remaining how long the gateway waits for the response, in milliseconds
 * @param sameBody true if the body is sent as received, so that its `Content-Length` still holds
 */
export function requestHeaders(
  exchange: GatewayExchange,
  target: Target,
  settings: RequestHeaderSettings,
  sameBody: boolean,
  remaining: number,
): string[] {
  const { rules, addresses, requestIdHeader, pseudonym, deadlineHeader } = settings
  const { req, requestEdits } = exchange
  const peer = req.socket.remoteAddress ?? ''
  const trusted = addresses.trusts(peer)
  const nominated = nominatedBy(req.headers.connection)
  const raw = req.rawHeaders
  const out: string[] = ['host', settings.preserveHost ? (req.headers.host ?? target.authority) : target.authority]
  for (let index = 0; index < raw.length; index += 2) {
    const { lower, rule } = rules.request(raw[index] as string)
    const passes = rule === 'keep' || (rule === 'forwarded' && trusted) || (rule === 'content-length' && sameBody)
    if (
      !passes ||
      lower === requestIdHeader ||
      lower === deadlineHeader ||
      nominated?.has(lower) ||
      (requestEdits && isEdited(requestEdits, lower))
    )
      continue
    out.push(raw[index] as string, raw[index + 1] as string)
  }
  // Node has joined several lines with `; ` already.
  if (req.headers.cookie !== undefined && !nominated?.has('cookie')) writeUnedited(out, requestEdits, 'cookie', req.headers.cookie)
  writeMaxForwards(out, exchange, nominated)
  writeForwarded(out, exchange, peer, trusted, nominated)
  out.push('via', `${req.httpVersion} ${pseudonym}`, requestIdHeader, exchange.requestId)
  if (deadlineHeader !== undefined) writeUnedited(out, requestEdits, deadlineHeader, String(Math.max(1, Math.floor(remaining))))
  if (requestEdits) appendEdits(out, requestEdits)
  return out
}

function writeForwarded(
  out: string[],
  { req, requestEdits }: GatewayExchange,
  peer: string,
  trusted: boolean,
  nominated: ReadonlySet<string> | undefined,
): void {
  const chain = trusted ? req.headers['x-forwarded-for'] : undefined
  const address = plainAddress(peer)
  writeUnedited(out, requestEdits, 'x-forwarded-for', chain === undefined ? address : `${chain}, ${address}`)
  // A nominated one is gone, and the upstream would be left without any.
  if (!trusted || !hasPassed(req, nominated, 'x-forwarded-proto'))
    writeUnedited(out, requestEdits, 'x-forwarded-proto', (req.socket as TLSSocket).encrypted ? 'https' : 'http')
  if (req.headers.host !== undefined && (!trusted || !hasPassed(req, nominated, 'x-forwarded-host')))
    writeUnedited(out, requestEdits, 'x-forwarded-host', req.headers.host)
}

const hasPassed = ({ headers }: IncomingMessage, nominated: ReadonlySet<string> | undefined, name: string) =>
  headers[name] !== undefined && !nominated?.has(name)

function writeUnedited(out: string[], edits: readonly HeaderEdit[] | undefined, name: string, value: string): void {
  if (!edits || !isEdited(edits, name)) out.push(name, value)
}

/** One hop less for OPTIONS (RFC 9110 section 7.6.2); of other methods the field means nothing and passes. */
function writeMaxForwards(out: string[], { req, method }: GatewayExchange, nominated: ReadonlySet<string> | undefined): void {
  const value = req.headers['max-forwards'] as string | undefined
  if (value === undefined || nominated?.has('max-forwards')) return
  if (method !== 'OPTIONS') out.push('max-forwards', value)
  else if (/^\d+$/.test(value)) out.push('max-forwards', String(Math.min(Number(value), MAX_HOPS) - 1))
}
