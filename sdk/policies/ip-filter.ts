import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { type Network, network } from '../schemas/network.js'
import type { BaseContext } from '../types.js'

const options = z
  .strictObject({
    /** Addresses and networks that may call; every other is refused. Default: all. */
    allow: z.array(network).min(1).optional(),
    /** Addresses and networks that may not call, also where `allow` names them. Default: none. */
    deny: z.array(network).default([]),
    /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
    mode,
  })
  .superRefine(({ allow, deny }, ctx) => {
    if (!allow && deny.length === 0) ctx.addIssue({ code: 'custom', path: ['allow'], message: 'expected `allow`, `deny` or both' })
  })

export const ipFilterDefinition = {
  name: 'ip-filter',
  phase: 'admit',
  options,
  effects: (): Effects => ({ problems: ['ADDRESS_NOT_ALLOWED'] }),
} as const satisfies PolicyDefinition<'ip-filter'>

/** Options of {@link ipFilter}; at least one of `allow` and `deny`. */
export interface IpFilterOptions {
  /** Addresses and networks that may call; every other is refused. Default: all. */
  readonly allow?: readonly Network[]
  /** Addresses and networks that may not call, also where `allow` names them. Default: none. */
  readonly deny?: readonly Network[]
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Admits clients by address: the peer's, or the one that a proxy among `server.trustedProxies` reports. Refuses with
 * ADDRESS_NOT_ALLOWED, before any credential is looked at.
 */
export function ipFilter(given: IpFilterOptions): Policy<BaseContext, unknown, 403> {
  return bindPolicy(ipFilterDefinition, given, ipFilter) as Policy<BaseContext, unknown, 403>
}
