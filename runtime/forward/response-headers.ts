import { Problem } from '../../sdk/index.js'
import type { GatewayExchange, HeaderEdit } from '../pipeline/exchange.js'
import { appendEdits, isEdited } from './apply-edits.js'
import { type HeaderRule, type HeaderRules, nominatedBy } from './header-rules.js'

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

/** Drops the lines whose names `Connection` nominated as hop-by-hop. */
function withoutNominated(lines: readonly string[], nominated: ReadonlySet<string>): string[] {
  return lines.filter((_, index) => !nominated.has((lines[index - (index % 2)] as string).toLowerCase()))
}

const joined = (before: string | undefined, value: string) => (before === undefined ? value : `${before}, ${value}`)

/** True for a line that belongs to the upstream's connection or, once the body is rewritten, to its framing. */
const isOfTheConnection = (rule: HeaderRule, rewritten: boolean) => rule !== 'keep' && (rule !== 'content-length' || rewritten)

/** undici undoes `chunked` alone; the bytes of any other coding would pass as if they were the body itself. */
function checkCoding(coding: string | undefined): void {
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s response has a transfer coding other than chunked.' })
}

/**
 * Looks at the framing of a response whose body is collected before its headers are written.
 * @throws Problem if the body has a transfer coding other than chunked
 */
export function checkFraming(raw: RawHeaders, rules: HeaderRules): void {
  let coding: string | undefined
  for (let index = 0; index < raw.length; index += 2) {
    if (rules.response((raw[index] as Buffer).toString('latin1')).rule === 'transfer-encoding')
      coding = joined(coding, (raw[index + 1] as Buffer).toString('latin1'))
  }
  checkCoding(coding)
}

/** What a response's lines are filtered by. */
export interface ResponseHeaderSettings {
  readonly rules: HeaderRules
  readonly requestIdHeader: string
}

/**
 * The upstream's end-to-end fields as received, flat; those that `edits` replace or remove are left out.
 * @param rewritten true if the body is replaced; the caller adds the new body's fields
 * @throws Problem if the body has a transfer coding other than chunked
 */
export function endToEndFields(
  raw: RawHeaders,
  { rules, requestIdHeader }: ResponseHeaderSettings,
  edits: readonly HeaderEdit[] | undefined,
  rewritten: boolean,
): string[] {
  let connection: string | undefined
  let coding: string | undefined
  const out: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as Buffer).toString('latin1')
    const { lower, rule } = rules.response(name)
    if (rule === 'connection') connection = joined(connection, (raw[index + 1] as Buffer).toString('latin1'))
    if (rule === 'transfer-encoding') coding = joined(coding, (raw[index + 1] as Buffer).toString('latin1'))
    if (isOfTheConnection(rule, rewritten) || lower === requestIdHeader || (rewritten && OF_THE_BODY.has(lower))) continue
    if (!edits || !isEdited(edits, lower)) out.push(name, (raw[index + 1] as Buffer).toString('latin1'))
  }
  checkCoding(coding)
  const nominated = nominatedBy(connection)
  return nominated ? withoutNominated(out, nominated) : out
}

/** The header lines of the response to the client, flat: the upstream's end-to-end fields, the request id, then the edits. */
export function responseHeaders(
  exchange: GatewayExchange,
  raw: RawHeaders,
  settings: ResponseHeaderSettings,
  rewritten: boolean,
): string[] {
  const { responseEdits } = exchange
  const out = endToEndFields(raw, settings, responseEdits, rewritten)
  out.push(settings.requestIdHeader, exchange.requestId)
  if (responseEdits) appendEdits(out, responseEdits)
  return out
}
