import type { HedgeSettings } from '../hedge.js'
import type { ResolvedRoute, ResolvedUpstream } from '../resolved.js'
import type { RetrySettings } from '../retry.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'
import type { RouteSettings } from './route-schema.js'

/** Methods of routes whose requests may not be sent twice as they are (RFC 9110 section 9.2.2); `*` takes such requests too. */
const NON_IDEMPOTENT: readonly string[] = ['POST', 'PATCH', '*']

/** Longest that the waits between the attempts of one request take together; milliseconds. */
function longestBackoff({ attempts, backoff }: RetrySettings): number {
  let sum = 0
  for (let retries = 0; retries < attempts; retries++) sum += Math.min(backoff.max, backoff.base * 2 ** retries)
  return sum
}

function checkTotal(retry: RetrySettings, total: number | undefined, place: Place, issues: IssueCollector): void {
  if (retry.perTry === undefined || total === undefined) return
  const longest = retry.perTry * (retry.attempts + 1) + longestBackoff(retry)
  if (longest <= total) return
  const fits = Math.floor((total - longestBackoff(retry)) / (retry.attempts + 1))
  issues.add(
    'GW1350',
    place,
    `${retry.attempts + 1} attempts of ${retry.perTry} ms and the waits between them take up to ${longest} ms, and \`timeouts.total\` is ${total} ms`,
    { hint: fits > 0 ? `set \`perTry\` to ${fits} ms or less, or \`total\` to ${longest} ms` : `set \`total\` to ${longest} ms` },
  )
}

/** The retry settings of a route, its own over its upstream's; adds GW1350, GW1351 and GW1352. */
export function resolveRetry(
  options: RouteSettings,
  { name, settings }: ResolvedUpstream,
  place: Place,
  issues: IssueCollector,
): ResolvedRoute['retry'] {
  const retry = options.retry ?? settings.retry
  if (!retry) return retry
  const at = options.retry ? inside(place, 'retry') : place
  checkTotal(retry, options.timeouts?.total ?? settings.timeouts?.total, at, issues)
  if (!NON_IDEMPOTENT.includes(options.method)) return retry
  const streams = options.body === undefined && options.mapRequest === undefined
  if (retry.nonIdempotent === true && streams) {
    const whose = options.retry ? '`nonIdempotent: true`' : `\`nonIdempotent: true\` of the upstream "${name}"`
    issues.add('GW1351', at, `${whose} on a ${options.method} route that streams its request body`, {
      hint: "give the route a `body` schema, write `nonIdempotent: 'with-key'`, or `retry: false`",
    })
  }
  if (options.retry && options.method !== '*') checkRepeatable(retry, options.method, at, issues)
  return retry
}

function checkRepeatable({ nonIdempotent }: RetrySettings, method: string, place: Place, issues: IssueCollector): void {
  if (nonIdempotent) return
  issues.add('GW1352', place, `a ${method} request is not idempotent and is not sent twice`, {
    hint: "add `nonIdempotent: 'with-key'`, or leave `retry` out",
  })
}

/** What the settings of one call are read from, beside the route and the upstream. */
interface CallSettings {
  readonly method: string
  readonly retry?: RetrySettings | false | undefined
  readonly hedge?: HedgeSettings | false | undefined
}

/** The retry settings of a call of a composed route: its own over the route's over its upstream's; adds GW1350 and GW1352. */
export function resolveCallRetry(
  call: CallSettings & { readonly total: number | undefined },
  route: Pick<Partial<RouteSettings>, 'retry'>,
  { settings }: ResolvedUpstream,
  place: Place,
  issues: IssueCollector,
): ResolvedRoute['retry'] {
  const retry = call.retry ?? route.retry ?? settings.retry
  if (!retry) return retry
  const at = call.retry ? inside(place, 'retry') : place
  checkTotal(retry, call.total, at, issues)
  if (call.retry && NON_IDEMPOTENT.includes(call.method)) checkRepeatable(retry, call.method, at, issues)
  return retry
}

/** The hedge settings of a call of a composed route: its own over the route's over its upstream's. */
export function resolveCallHedge(
  call: CallSettings,
  route: Pick<Partial<RouteSettings>, 'hedge'>,
  { settings }: ResolvedUpstream,
): ResolvedRoute['hedge'] {
  return (call.hedge ?? route.hedge ?? settings.hedge) || undefined
}

/** The hedge settings of a route, its own over its upstream's. */
export function resolveHedge(options: RouteSettings, { settings }: ResolvedUpstream): ResolvedRoute['hedge'] {
  return (options.hedge ?? settings.hedge) || undefined
}
