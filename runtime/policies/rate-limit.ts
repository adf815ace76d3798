import { type Exchange, Problem } from '../../sdk/index.js'
import type { RateLimitSettings } from '../../sdk/policies/rate-limit.js'
import type { RateSettings } from '../../sdk/schemas/text.js'
import type { CellRate, LimitDecision } from '../stores/limit-store.js'
import type { CompileContext, CompilePolicy } from './compiler.js'

const UNIT: Readonly<Record<number, string>> = { 1000: 'second', 60000: 'minute', 3600000: 'hour', 86400000: 'day' }
/** The shared store is asked again within this time of its return. */
const STORE_RECOVERY_SECONDS = '5'
const QUIET_MS = 10_000

/** One limit of a limiter, with everything about it that does not change from request to request. */
interface Meter {
  /** Starts the key of each of its counters. */
  readonly counter: string
  readonly rate: CellRate
  /** Its name as an RFC 9651 string. */
  readonly label: string
  /** The value of `RateLimit-Policy`. */
  readonly policy: string
  readonly detail: string
  readonly extensions: Readonly<Record<string, unknown>>
}

type MeterOf = (exchange: Exchange) => Meter
type Failed = (exchange: Exchange, meter: Meter, key: string, cause: unknown) => void | Promise<void>

const seconds = (ms: number): number => Math.ceil(ms / 1_000)

/** The part of a name that an RFC 9651 string can hold. */
const printable = (name: string): string => name.replace(/[^\x20-\x7e]/gu, '_')

function compileMeter(limit: RateSettings, plan: string | undefined, settings: RateLimitSettings, context: CompileContext): Meter {
  const burst = settings.burst ?? limit.count
  const name = printable(settings.name ?? context.key)
  const label = `"${name.replace(/["\\]/g, '\\$&')}"`
  // Limiters of one name share a counter if their limits are equal; otherwise the larger would undo the smaller.
  const owner = settings.name === undefined ? context.identity : `name:${settings.name}`
  const kind = `${plan === undefined ? '' : `|${plan}`}@${limit.count}-${limit.periodMs}-${burst}`
  return {
    counter: `${owner}${kind}\0`,
    rate: { emissionMs: limit.periodMs / limit.count, burst },
    label,
    policy: `${label};q=${limit.count};w=${seconds(limit.periodMs)}`,
    detail: `The limit of ${limit.count} request${limit.count === 1 ? '' : 's'} per ${UNIT[limit.periodMs]} is used up.`,
    extensions: Object.freeze({ 'violated-policies': Object.freeze([name]) }),
  }
}

/** Throws for a plan without a limit: neither no limit nor somebody else's is a safe guess. */
function compilePlans(settings: RateLimitSettings, context: CompileContext): MeterOf {
  const { clock, log } = context.services
  const meters = new Map(Object.entries(settings.limits ?? {}).map(([plan, limit]) => [plan, compileMeter(limit, plan, settings, context)]))
  let quietUntil = Number.NEGATIVE_INFINITY
  return (exchange) => {
    const plan: unknown = settings.plan?.read(exchange as never)
    const meter = meters.get(plan as string)
    if (meter) return meter
    const cause = `no limit for plan ${JSON.stringify(String(plan).slice(0, 64))}; known: ${[...meters.keys()].join(', ')}`
    if (clock.now() >= quietUntil) {
      quietUntil = clock.now() + QUIET_MS
      log.error({ limiter: context.identity, requestId: exchange.requestId }, cause)
    }
    throw new Problem('INTERNAL', { cause })
  }
}

function compileMeters(settings: RateLimitSettings, context: CompileContext): MeterOf {
  if (settings.limit === undefined) return compilePlans(settings, context)
  const meter = compileMeter(settings.limit, undefined, settings, context)
  return () => meter
}

/** Tells the caller what was decided; throws if that was a refusal. */
function answer(exchange: Exchange, meter: Meter, key: string, decision: LimitDecision): void {
  exchange.addResponseHeader('ratelimit-policy', meter.policy)
  exchange.addResponseHeader('ratelimit', `${meter.label};r=${decision.remaining};t=${seconds(decision.resetMs)}`)
  exchange.give(key, { remaining: decision.remaining })
  if (decision.admitted) return
  const headers = ['Retry-After', String(Math.max(1, seconds(decision.retryMs)))]
  throw new Problem('RATE_LIMITED', { detail: meter.detail, headers, extensions: meter.extensions })
}

/** What to do when the shared store took no decision. */
function compileFailure(mode: RateLimitSettings['onStoreFailure'], { key, services }: CompileContext): Failed {
  const act: Record<typeof mode, Failed> = {
    open(exchange, meter) {
      exchange.addResponseHeader('ratelimit-policy', meter.policy)
      exchange.give(key, { remaining: meter.rate.burst })
    },
    closed(exchange, meter, _caller, cause) {
      exchange.addResponseHeader('ratelimit-policy', meter.policy)
      throw new Problem('UNAVAILABLE', { headers: ['Retry-After', STORE_RECOVERY_SECONDS], cause })
    },
    local(exchange, meter, caller) {
      const decision = services.localLimits.take(meter.counter + caller, meter.rate)
      if (decision instanceof Promise) return decision.then((taken) => answer(exchange, meter, key, taken))
      answer(exchange, meter, key, decision)
    },
  }
  const labels = { mode }
  return (exchange, meter, caller, cause) => {
    services.count('gatewright_limit_store_failures_total', labels)
    return act[mode](exchange, meter, caller, cause)
  }
}

/** Compiles `rateLimit`; its step is synchronous where the counters are in this process. */
export const compileRateLimit: CompilePolicy<'rate-limit'> = (settings, context) => {
  const { key, services } = context
  const meterOf = compileMeters(settings, context)
  const failed = compileFailure(settings.onStoreFailure, context)
  return {
    request(exchange) {
      const meter = meterOf(exchange)
      const caller = settings.by.read(exchange as never)
      const decision = services.limits.take(meter.counter + caller, meter.rate)
      if (!(decision instanceof Promise)) return answer(exchange, meter, key, decision)
      return decision.then(
        (taken) => answer(exchange, meter, key, taken),
        (cause: unknown) => failed(exchange, meter, caller, cause),
      )
    },
  }
}
