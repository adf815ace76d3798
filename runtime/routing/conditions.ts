import type { IncomingMessage } from 'node:http'
import type { ResolvedCondition, ResolvedMatch } from '../../sdk/resolved.js'
import { parseCookies } from '../pipeline/parse-cookies.js'

/** What conditions are tested against. */
export interface MatchSubject {
  readonly req: IncomingMessage
  readonly queryString: string
}

function hostMatches(want: string, host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()
  if (!want.startsWith('*.')) return name === want
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot) === want.slice(1)
}

function valueMatches({ equals, pattern, prefix, present, orWithout }: ResolvedCondition, value: string | undefined): boolean {
  if (present !== undefined) return present === (value !== undefined)
  if (value === undefined) return orWithout !== undefined
  if (orWithout && !orWithout.test(value)) return true
  if (prefix !== undefined) return value.startsWith(prefix)
  return pattern ? pattern.test(value) : value === equals
}

/** True if a request meets all of a route's `match`. */
export function conditionsHold(match: ResolvedMatch | undefined, { req, queryString }: MatchSubject): boolean {
  if (!match) return true
  if (match.host !== undefined && !hostMatches(match.host, req.headers.host ?? '')) return false
  const query = match.conditions.some(({ source }) => source === 'query') ? new URLSearchParams(queryString) : undefined
  const cookies = match.conditions.some(({ source }) => source === 'cookie') ? parseCookies(req.headers.cookie) : undefined
  return match.conditions.every((condition) => {
    const { source, name } = condition
    if (source === 'header') return valueMatches(condition, req.headers[name]?.toString())
    return valueMatches(condition, source === 'query' ? (query?.get(name) ?? undefined) : cookies?.[name])
  })
}
