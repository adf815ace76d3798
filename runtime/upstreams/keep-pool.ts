import type { ResolvedUpstream } from '../../sdk/resolved.js'
import { Identities } from '../identities.js'
import type { Services } from '../services.js'
import { createUpstreamPool } from './create-upstream-pool.js'
import type { UpstreamPool } from './target.js'

/** The pool of an upstream: one for all who use it, kept over reloads while its definition stays. */
export function keepPool({ name, settings }: ResolvedUpstream, services: Services): UpstreamPool {
  const identities = services.keep('identities', () => new Identities())
  return services.keep(`upstream:${name}:${identities.textOf(settings)}`, () => createUpstreamPool({ name, settings }, services))
}
