import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import type { BaseContext } from '../types.js'

const pattern = z.string().min(1).max(256)

const options = z
  .strictObject({
    /** Patterns of which `User-Agent` must match one. Default: any may call. */
    allow: z.array(pattern).min(1).optional(),
    /** Patterns that refuse, also where `allow` has a match. Default: none. */
    deny: z.array(pattern).default([]),
    /** What becomes of a request whose `User-Agent` is missing or empty. Default `allow`. */
    empty: z.enum(['allow', 'deny']).default('allow'),
    /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
    mode,
  })
  .superRefine(({ allow, deny, empty }, ctx) => {
    if (!allow && deny.length === 0 && empty === 'allow')
      ctx.addIssue({ code: 'custom', path: ['deny'], message: 'expected `allow`, `deny` or `empty: "deny"`' })
  })

export const userAgentsDefinition = {
  name: 'user-agents',
  phase: 'admit',
  options,
  effects: (): Effects => ({ problems: ['CLIENT_NOT_ALLOWED'] }),
} as const satisfies PolicyDefinition<'user-agents'>

/** Options of {@link userAgents}; at least one rule. */
export interface UserAgentsOptions {
  /** Patterns of which `User-Agent` must match one. Default: any may call. */
  readonly allow?: readonly string[]
  /** Patterns that refuse, also where `allow` has a match. Default: none. */
  readonly deny?: readonly string[]
  /** What becomes of a request whose `User-Agent` is missing or empty. Default `allow`. */
  readonly empty?: 'allow' | 'deny'
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Admits clients by `User-Agent` (RFC 9110 section 10.1.5). A pattern is the whole value without regard to case, with `*` for any
 * text; it takes time in proportion to the value, whatever that is. Clients may claim to be any other: this keeps out bots that are
 * honest or careless, and no attacker.
 */
export function userAgents(given: UserAgentsOptions): Policy<BaseContext, unknown, 403> {
  return bindPolicy(userAgentsDefinition, given, userAgents) as Policy<BaseContext, unknown, 403>
}
