import type { ResolvedUpstream } from '../../sdk/resolved.js'
import type { Services } from '../services.js'
import { createUpstreamPool } from './create-upstream-pool.js'
import type { UpstreamPool } from './target.js'

/** The pool of an upstream: one for all who use it, kept over reloads while its definition stays. */
export function keepPool({ name, settings }: ResolvedUpstream, services: Services): UpstreamPool {
  return services.keep(`upstream:${name}:${JSON.stringify(settings)}`, () => createUpstreamPool({ name, settings }, services))
}
