import type { RateLimitSettings } from '../../sdk/policies/rate-limit.js'
import type { RateSettings } from '../../sdk/schemas/text.js'
import type { CompileContext } from '../policies/compiler.js'
import { type Cell, toCell } from '../stores/gcra.js'
import { labelOf, printable, seconds } from './limit-label.js'

const UNIT: Readonly<Record<number, readonly [word: string, short: string]>> = {
  1000: ['second', 's'],
  60000: ['minute', 'min'],
  3600000: ['hour', 'h'],
  86400000: ['day', 'day'],
}

/** What a limit is called and says, however it counts. */
export interface LimitText {
  readonly name: string
  /** The name as an RFC 9651 string. */
  readonly label: string
  /** How many requests per window. */
  readonly count: number
  /** One sentence for who is refused. */
  readonly detail: string
}

/** One limit of a limiter, with everything about it that does not change from request to request. */
export interface Meter {
  /** Starts the key of each of its counters. */
  readonly counter: string
  readonly windows: readonly Cell[]
  readonly texts: readonly LimitText[]
  /** The value of `RateLimit-Policy`. */
  readonly policy: string
  /** Requests admitted at once after a pause. */
  readonly burst: number
}

/** Compiles the limit of one plan, or of everyone; `limits` has the shortest period first. */
export function compileMeter(
  limits: readonly RateSettings[],
  plan: string | undefined,
  settings: RateLimitSettings,
  context: CompileContext,
): Meter {
  const bursts = limits.map(({ count }, index) => (index === 0 ? (settings.burst ?? count) : count))
  const owner = printable(settings.name ?? context.key)
  const texts = limits.map(({ count, periodMs }): LimitText => {
    const [unit, short] = UNIT[periodMs] as readonly [string, string]
    const name = limits.length === 1 ? owner : `${owner}-${short}`
    const detail = `The limit of ${count} request${count === 1 ? '' : 's'} per ${unit} is used up.`
    return { name, label: labelOf(name), count, detail }
  })
  // Limiters of one name share a counter if their limits are equal; otherwise the larger would undo the smaller.
  const counter = settings.name === undefined ? context.identity : `name:${settings.name}`
  const kind = limits.map(({ count, periodMs }, index) => `${count}-${periodMs}-${bursts[index]}`).join('+')
  return {
    counter: `${counter}${plan === undefined ? '' : `|${plan}`}@${kind}\0`,
    windows: limits.map(({ count, periodMs }, index) => toCell({ emissionMs: periodMs / count, burst: bursts[index] as number })),
    texts,
    policy: limits.map(({ count, periodMs }, index) => `${texts[index]?.label};q=${count};w=${seconds(periodMs)}`).join(', '),
    burst: Math.min(...bursts),
  }
}
