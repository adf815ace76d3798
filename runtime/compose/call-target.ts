import type { CallHeaders, CallQuery } from '../../sdk/compose/call.js'
import type { ResolvedCall } from '../../sdk/compose/resolved-composition.js'
import { Problem } from '../../sdk/index.js'
import type { HeaderEdit } from '../pipeline/exchange.js'

/** Fields of the caller's request that speak of the composed response, of its body, or of what the gateway itself can read. */
const NOT_PASSED = [
  'content-type',
  'content-encoding',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
]

/** A value as one segment; one that a second parser would resolve away is an error. */
function segmentOf(name: string, value: unknown): string {
  const text = String(value ?? '')
  if (text === '' || text === '.' || text === '..')
    throw new Problem('INTERNAL', { cause: new TypeError(`{${name}} cannot be ${JSON.stringify(text)}`) })
  return encodeURIComponent(text)
}

function queryOf(query: CallQuery): string {
  const params = new URLSearchParams()
  for (const [name, given] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(given) ? given : [given]
    for (const value of values) if (value !== undefined) params.append(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** The path and query of a call: parameters that `params` does not give are the route's, as they were matched. */
export function callTarget({ segments, params, query }: ResolvedCall, from: unknown, matched: Readonly<Record<string, string>>): string {
  const own = params?.(from) ?? {}
  const path = segments.map((segment) => {
    if (segment.kind === 'literal') return `/${segment.text}`
    return `/${segmentOf(segment.name, Object.hasOwn(own, segment.name) ? own[segment.name] : matched[segment.name])}`
  })
  return path.join('') + (query === undefined ? '' : queryOf(typeof query === 'function' ? query(from) : query))
}

/** The header edits of a call, beside those of the request's own steps. */
export function callEdits({ headers }: ResolvedCall, from: unknown, hasBody: boolean): HeaderEdit[] {
  const given: CallHeaders = typeof headers === 'function' ? headers(from) : (headers ?? {})
  const set = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(hasBody && { 'content-type': 'application/json' }),
    ...given,
  }
  return [
    ...NOT_PASSED.map((name) => ({ name, value: undefined, add: false })),
    ...Object.entries(set).flatMap(([name, value]) => (value === undefined ? [] : [{ name: name.toLowerCase(), value, add: false }])),
  ]
}
