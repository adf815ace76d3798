import type { CapturedResponse, RequestStep } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { parseWith } from '../../sdk/schemas/values.js'
import type { Services } from '../services.js'

/** Answers to conditional and range requests, which no route has to declare (RFC 9110 sections 13 and 14). */
const PRECONDITIONED: ReadonlySet<number> = new Set([206, 304, 412, 416])

/** Shortest time between two log lines about one status of a route. */
const LOG_EVERY_MS = 60_000

/** Counts a response with this status that broke the route's contract. */
export type CountViolation = (status: number) => void

/** The counter of a route's violations. */
export function violationCounter({ id }: ResolvedRoute, { count }: Pick<Services, 'count'>): CountViolation {
  return (status) => count('gatewright_contract_violations_total', { route: id, status: String(status) })
}

/** Says yes to a share of the calls, evenly spread. */
function sampler(share: number): () => boolean {
  let due = 0
  return () => {
    due += share
    if (due < 1) return false
    due -= 1
    return true
  }
}

function jsonOf(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(body).toString('utf8')) }
  } catch {
    return undefined
  }
}

const isEncoded = ({ headers }: CapturedResponse) =>
  headers.some(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'content-encoding' && headers[index + 1]?.toLowerCase() !== 'identity',
  )

/** What is wrong with a response: the places that do not match, or one word; undefined where nothing is. */
function faultsOf(response: CapturedResponse, { responses, mapResponse }: ResolvedRoute): readonly string[] | undefined {
  const { status } = response
  const declared = responses[status]
  if (declared === undefined) return PRECONDITIONED.has(status) ? undefined : ['undeclared status']
  // A map has checked its own result already; coded bytes cannot be looked at.
  if (typeof declared === 'string' || status in mapResponse || isEncoded(response)) return undefined
  const json = jsonOf(response.body)
  if (!json) return ['not JSON']
  const result = parseWith(declared, json.value)
  return result.success ? undefined : result.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
}

/**
 * The step that looks at responses once they are sent, and counts and logs those that break the route's `responses`;
 * undefined where the route does not ask for it.
 */
export function warnStep(route: ResolvedRoute, services: Pick<Services, 'clock' | 'count' | 'log'>): RequestStep | undefined {
  const { mode, sample } = route.validateResponse
  if (mode !== 'warn') return undefined
  const isDue = sampler(sample)
  const violated = violationCounter(route, services)
  const logged = new Map<number, number>()
  return (exchange) => {
    if (exchange.method === 'HEAD' || !isDue()) return
    exchange.setRequestHeader('accept-encoding', 'identity')
    exchange.captureResponse(route.responseLimit, (response) => {
      const faults = response && faultsOf(response, route)
      if (!faults) return
      violated(response.status)
      const now = services.clock.now()
      if (now - (logged.get(response.status) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return
      logged.set(response.status, now)
      const { requestId } = exchange
      services.log.warn({ route: route.id, status: response.status, requestId, faults: faults.slice(0, 5) }, 'response breaks its contract')
    })
  }
}
