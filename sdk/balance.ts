import { z } from 'zod'
import { type Duration, duration, headerName } from './schemas/text.js'

const cookieName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a cookie')
const label = z.string().min(1).max(256)

/** What requests may choose a target by, in the target's own options. */
export const labelsSchema = z.record(label, label)

export const slowStartSchema = z.strictObject({
  /** How long the weight grows until it is whole. */
  window: duration.refine((ms) => ms > 0, 'expected more than 0'),
  /** How fast it grows: 1 evenly, more is faster at first. Default 1. */
  aggression: z.number().min(0.1).max(100).default(1),
  /** The share of the weight to begin with: 0.01 to 1. Default 0.1. */
  minWeight: z.number().min(0.01).max(1).default(0.1),
})

export const stickySchema = z
  .strictObject({
    /** Name of the cookie, such as `gw_affinity`; no other upstream's. It ends at the gateway. */
    cookie: cookieName,
    /**
     * Keys the hash in the cookie; at least 16 characters, the same in every process. Default: random in each process, so
     * that cookies end with it.
     */
    secret: z.string().min(16).meta({ secret: true }).optional(),
    /** How long the cookie is kept, from when it is set. Default: until the browser ends its session. */
    maxAge: duration.optional(),
    /** `Path` of the cookie. Default `/`. */
    path: z
      .string()
      .regex(/^\/[\u0021-\u003a\u003c-\u007e]*$/, 'expected a path that begins with "/"')
      .default('/'),
    /** `SameSite` of the cookie; `none` needs `secure`. Default `lax`. */
    sameSite: z.enum(['strict', 'lax', 'none']).default('lax'),
    /** Sends the cookie over HTTPS alone. Default true. */
    secure: z.boolean().default(true),
    /** When the cookie's target is not usable: `redistribute` (default) chooses another and renews the cookie, `refuse` answers 503. */
    onGone: z.enum(['redistribute', 'refuse']).default('redistribute'),
  })
  .refine(({ sameSite, secure }) => sameSite !== 'none' || secure, 'browsers take `sameSite: "none"` with `secure: true` only')
  .refine(({ cookie, secure }) => secure || !/^__(?:host|secure)-/i.test(cookie), 'browsers take this name with `secure: true` only')
  .refine(({ cookie, path }) => path === '/' || !/^__host-/i.test(cookie), 'browsers take a `__Host-` cookie with the path "/" only')
  .refine(({ secret, onGone }) => onGone !== 'refuse' || secret !== undefined, {
    path: ['secret'],
    message: '`onGone: "refuse"` needs a `secret`, else a restart would refuse everyone who has a cookie',
  })

export const subsetSchema = z.strictObject({
  /** The request header that says which targets may serve it, as it is sent upstream. */
  header: headerName,
  /** The label of the targets that it must be equal to. */
  label,
  /** Where the header is missing or no target has its value: any target, or none (503). Default `none`. */
  fallback: z.enum(['any', 'none']).default('none'),
})

export const consistentHashSchema = z.strictObject({
  /** How many times its share of the requests in flight a target may have before its keys move on; false for any number. Default 1.25. */
  balanceFactor: z.union([z.literal(false), z.number().min(1).max(100)], 'expected false or a number from 1').default(1.25),
})

export const peakEwmaSchema = z.strictObject({
  /** Time after which an old latency counts for 1/e. Default `10s`. */
  decay: duration.refine((ms) => ms > 0, 'expected more than 0').prefault('10s'),
})

export type SlowStartSettings = z.output<typeof slowStartSchema>
export type StickySettings = z.output<typeof stickySchema>
export type SubsetSettings = z.output<typeof subsetSchema>

/** How upstreams choose a target. */
export type Balance = 'round-robin' | 'weighted' | 'random' | 'least-request' | 'peak-ewma' | 'consistent-hash'

/** What a user writes about the choice of targets. */
export interface BalanceOptions {
  /**
   * `round-robin` (default), `weighted` (smooth weighted round-robin), `random` (by weight), `least-request` (the better of two by
   * requests in flight), `peak-ewma` (the better of two by latency too), or `consistent-hash` (by the route's `affinity`).
   */
  readonly balance?: Balance
  /** Options of `balance: 'consistent-hash'`; `balanceFactor` bounds a target's share of the requests in flight. Default 1.25. */
  readonly consistentHash?: { readonly balanceFactor?: number | false }
  /** Options of `balance: 'peak-ewma'`; `decay` is how long an old latency counts. Default `10s`. */
  readonly peakEwma?: { readonly decay?: Duration }
  /** Requests of one client go to one target, by a cookie of the gateway's own. */
  readonly sticky?: {
    readonly cookie: string
    readonly secret?: string
    readonly maxAge?: Duration
    readonly path?: `/${string}`
    readonly sameSite?: 'strict' | 'lax' | 'none'
    readonly secure?: boolean
    readonly onGone?: 'redistribute' | 'refuse'
  }
  /** A request's header says which targets may serve it, by their label. `fallback` is `none` by default: 503. */
  readonly subset?: { readonly header: string; readonly label: string; readonly fallback?: 'any' | 'none' }
  /** Targets that come, or come back, get their whole weight after `window`. */
  readonly slowStart?: { readonly window: Duration; readonly aggression?: number; readonly minWeight?: number }
  /** How far the usable targets of a priority stand in for the others before the next priority helps. Default 1.4. */
  readonly overprovisioning?: number
  /** Percent of usable targets of a priority below which requests go to all of them, the unhealthy too. Default 0: never. */
  readonly panic?: number
}

/** A part of an upstream's options about the choice of targets that has no effect, and what to do. */
export interface BalanceIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly hint: string
}

interface Choosing {
  readonly balance: Balance
  readonly targets:
    | readonly (string | { readonly labels?: Readonly<Record<string, string>> | undefined })[]
    | { readonly from: string; readonly type?: string }
  readonly slowStart?: unknown
  readonly consistentHash?: unknown
  readonly peakEwma?: unknown
  readonly subset?: SubsetSettings | undefined
}

export const HEED_WEIGHTS = 'set `balance: "weighted"` or `balance: "least-request"`'

/** What an upstream says about the choice of targets without effect. */
export function balanceIssues(given: Choosing): readonly BalanceIssue[] {
  const { balance, targets, subset } = given
  const issues: BalanceIssue[] = []
  if (balance === 'round-robin') {
    if ('from' in targets && targets.type === 'SRV')
      issues.push({
        path: ['targets', 'type'],
        message: '`SRV` records have weights, which `round-robin` does not heed',
        hint: HEED_WEIGHTS,
      })
    if (given.slowStart !== undefined)
      issues.push({ path: ['slowStart'], message: '`slowStart` works by weights, which `round-robin` does not heed', hint: HEED_WEIGHTS })
  }
  for (const [key, of] of [
    ['consistentHash', 'consistent-hash'],
    ['peakEwma', 'peak-ewma'],
  ] as const) {
    if (given[key] === undefined || balance === of) continue
    issues.push({ path: [key], message: `\`${key}\` has no effect with \`${balance}\``, hint: `set \`balance: "${of}"\`, or leave it out` })
  }
  if (subset && !mayHaveLabel(targets, subset.label))
    issues.push({ path: ['subset', 'label'], message: `no target has the label "${subset.label}"`, hint: 'give targets `labels`' })
  return issues
}

/** Targets from a file or a function have labels of their own; those from a name server have none. */
function mayHaveLabel(targets: Choosing['targets'], label: string): boolean {
  if ('from' in targets) return targets.from !== 'dns'
  return targets.some((entry) => typeof entry !== 'string' && entry.labels?.[label] !== undefined)
}
