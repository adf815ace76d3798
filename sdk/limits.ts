import { z } from 'zod'
import type { HeaderEffect } from './effects.js'
import type { Mode } from './schemas/mode.js'
import { type StatusPattern, statuses } from './schemas/statuses.js'
import { keyValue } from './schemas/values.js'
import type { Key } from './types.js'

/** Computes what a request cost in the end from the upstream's response; undefined leaves it as it was. Header names are lower-case. */
export type Settle = (status: number, headers: Readonly<Record<string, string>>) => number | undefined

/** What {@link rateLimit} and {@link quota} have in common. */
export interface LimiterOptions<N> {
  /** How many requests one counts as: a whole number, or a key that reads one. Default 1; more than the burst or quota counts as that. */
  readonly cost?: number | Key<N, number>
  /** Final statuses whose requests cost nothing, such as `[304, '5xx']`. A request whose client left stays counted. Default: none. */
  readonly refund?: readonly StatusPattern[]
  /** Computes what a request cost in the end, from the upstream's status and headers. Default: what it cost at first. */
  readonly settle?: Settle
  /** Shares the counter under this name; default: the first place the limiter or quota is used. */
  readonly name?: string
  /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
  readonly onStoreFailure?: 'open' | 'closed' | 'local'
  /** Also sends `X-RateLimit-Limit`, `-Remaining` and `-Reset`, in seconds. Default false. */
  readonly legacyHeaders?: boolean
  /** `shadow` counts and logs what it would refuse, and refuses nothing. Default `enforce`. */
  readonly mode?: Mode
}

interface Planned {
  readonly limit?: unknown
  readonly plan?: unknown
  readonly limits?: Readonly<Record<string, unknown>> | undefined
}

/** Reports options that say neither one limit for everyone nor a plan with the limit of each. */
export function checkPlans({ limit, plan, limits }: Planned, ctx: z.core.$RefinementCtx): void {
  const planned = plan !== undefined && limits !== undefined
  if (planned === (limit !== undefined) || (plan === undefined) !== (limits === undefined))
    ctx.addIssue({ code: 'custom', path: ['limit'], message: 'expected either `limit`, or `plan` with `limits`' })
  if (limits && Object.keys(limits).length === 0) ctx.addIssue({ code: 'custom', path: ['limits'], message: 'expected at least one plan' })
}

interface Keyed {
  readonly by: Key<never, string>
  readonly plan?: Key<never, string> | undefined
  readonly cost: number | Key<never, string>
}

/** A flood of guessed credentials must be counted before anything is spent on checking them: `admit`, unless a key needs auth. */
export function limiterPhase({ by, plan, cost }: Keyed): 'admit' | 'limit' {
  return by.needsAuth || plan?.needsAuth || (typeof cost === 'object' && cost.needsAuth) ? 'limit' : 'admit'
}

/** The schema of `cost`. */
export const costOption = z.union([z.int().min(1).max(1_000_000), keyValue], 'expected a whole number of at least 1, or a key').default(1)

/** The schema of `refund`. */
export const refundOption = statuses.optional()

/** The schema of `settle`. */
export const settleOption = z.custom<Settle>((value) => typeof value === 'function', 'expected a function of status and headers').optional()

/** The name of a shared counter. */
export const counterName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'expected letters, digits, ".", "_" or "-"')
  .optional()

/** What to do when the shared store does not answer. */
export const onStoreFailureOption = z.enum(['open', 'closed', 'local'])

/** Headers of the IETF draft, and the older ones that it is to replace. */
export function limitHeaders(legacy: boolean): readonly HeaderEffect[] {
  const draft: HeaderEffect[] = [
    {
      name: 'RateLimit-Policy',
      description: 'The limits that apply: quota `q` per window `w` in seconds (draft-ietf-httpapi-ratelimit-headers).',
      on: 'any',
    },
    { name: 'RateLimit', description: 'Requests left `r`, and seconds `t` until the quota is whole again.', on: 'any' },
    { name: 'Retry-After', description: 'Seconds after which a request will be admitted.', on: 'problems' },
  ]
  const older: HeaderEffect[] = [
    { name: 'X-RateLimit-Limit', description: 'Requests per window, of the limit with the fewest left.', on: 'any' },
    { name: 'X-RateLimit-Remaining', description: 'Requests left, of the limit with the fewest left.', on: 'any' },
    { name: 'X-RateLimit-Reset', description: 'Seconds until that limit is whole again.', on: 'any' },
  ]
  return legacy ? [...draft, ...older] : draft
}
