import type { GatewayExchange } from '../pipeline/exchange.js'
import { appendEdits, editedNames } from './apply-edits.js'
import { type HeaderRules, nominatedBy } from './header-rules.js'

/** Fields that describe the upstream's bytes and no longer hold once the body is rewritten. */
const OF_THE_BODY = new Set([
  'accept-ranges',
  'content-digest',
  'content-encoding',
  'content-md5',
  'content-type',
  'digest',
  'etag',
  'last-modified',
  'repr-digest',
])

/** Header lines as undici hands them over. */
export type RawHeaders = readonly Buffer[]

function connectionOf(raw: RawHeaders, rules: HeaderRules): string | undefined {
  let found: string | undefined
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as Buffer
    if (name.length !== 10 || rules.response(name.toString('latin1')).rule !== 'connection') continue
    const value = (raw[index + 1] as Buffer).toString('latin1')
    found = found === undefined ? value : `${found}, ${value}`
  }
  return found
}

/**
 * The header lines of the response to the client, flat: the upstream's end-to-end fields as received, then the edits.
 * @param rewritten true if the body is replaced; the caller adds the new body's fields
 */
export function responseHeaders(
  exchange: GatewayExchange,
  raw: RawHeaders,
  rules: HeaderRules,
  requestIdHeader: string,
  rewritten: boolean,
): string[] {
  const nominated = nominatedBy(connectionOf(raw, rules))
  const { responseEdits } = exchange
  const edited = responseEdits && editedNames(responseEdits)
  const out: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as Buffer).toString('latin1')
    const { lower, rule } = rules.response(name)
    if (rule !== 'keep' && (rule !== 'content-length' || rewritten)) continue
    if (nominated?.has(lower) || edited?.has(lower) || lower === requestIdHeader || (rewritten && OF_THE_BODY.has(lower))) continue
    out.push(name, (raw[index + 1] as Buffer).toString('latin1'))
  }
  out.push(requestIdHeader, exchange.requestId)
  if (responseEdits) appendEdits(out, responseEdits)
  return out
}
