import type { Reply } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { fieldsOf, httpDate } from './header-lines.js'
import type { StoredResponse } from './stored-response.js'

/** What a 304 carries (RFC 9110 section 15.4.5). */
const IN_304 = new Set([
  'age',
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'last-modified',
  'vary',
  'cache-status',
  'cdn-cache-control',
])

const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined)

/** True for a request that asks for the response only if it changed. */
export const asksIfChanged = ({ req: { headers } }: GatewayExchange): boolean =>
  headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined

/** Compares entity tags weakly (RFC 9110 section 8.8.3.2). */
function matchesAny(condition: string, etag: string | undefined): boolean {
  if (condition.trim() === '*') return true
  if (etag === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return (condition.match(/(?:W\/)?"[^"]*"/g) ?? []).some((one) => one.replace(/^W\//, '') === opaque)
}

/** True if a caller has this response already (RFC 9110 section 13.2.2): `If-None-Match` decides where it is there, else `If-Modified-Since`. */
function isKnown({ req: { headers } }: GatewayExchange, { status, terms, headers: lines }: StoredResponse): boolean {
  if (status !== 200) return false
  const tags = text(headers['if-none-match'])
  if (tags !== undefined) return matchesAny(tags, terms.etag)
  const since = httpDate(text(headers['if-modified-since']))
  if (since === undefined) return false
  const changed = httpDate(terms.lastModified) ?? httpDate(fieldsOf(lines).get('date'))
  return changed !== undefined && changed <= since
}

/** A stored response as a reply at a given age: whole, or 304 to a caller that has it. */
export function replyOf(exchange: GatewayExchange, stored: StoredResponse, ageMs: number): Reply {
  const headers = [...stored.headers, 'age', String(Math.floor(ageMs / 1_000))]
  if (!isKnown(exchange, stored)) return { status: stored.status, headers, body: stored.body }
  return { status: 304, headers: headers.filter((_, index) => IN_304.has((headers[index - (index % 2)] as string).toLowerCase())) }
}
