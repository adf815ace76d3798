import type { IncomingMessage } from 'node:http'
import type { ResolvedMatch } from '../../sdk/resolved.js'

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

/** True if a request meets all of a route's `match`. */
export function conditionsHold(match: ResolvedMatch | undefined, { req, queryString }: MatchSubject): boolean {
  if (!match) return true
  if (match.host !== undefined && !hostMatches(match.host, req.headers.host ?? '')) return false
  const query = match.conditions.some(({ source }) => source === 'query') ? new URLSearchParams(queryString) : undefined
  return match.conditions.every(({ source, name, equals, pattern }) => {
    const value = source === 'header' ? req.headers[name]?.toString() : (query?.get(name) ?? undefined)
    return value !== undefined && (pattern ? pattern.test(value) : value === equals)
  })
}
