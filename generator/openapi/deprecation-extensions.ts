import type { ResolvedRoute } from '../../sdk/index.js'

/** What OpenAPI has no field for: since when, until when, and what comes after. Times are in UTC (RFC 3339). */
export function deprecationExtensions({ deprecation }: ResolvedRoute): Readonly<Record<`x-${string}`, unknown>> {
  if (!deprecation) return {}
  const { since, sunset, successor, docs } = deprecation
  return {
    'x-deprecation': {
      since: new Date(since).toISOString(),
      ...(successor !== undefined && { successor }),
      ...(docs !== undefined && { docs }),
    },
    ...(sunset !== undefined && { 'x-sunset': new Date(sunset).toISOString() }),
  }
}
