import type { ResolvedCall } from '../../sdk/compose/resolved-composition.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compileWay, type UpstreamWay } from '../pipeline/compile-way.js'
import type { Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'

/** How a call reaches its upstream. */
export interface CallWay extends UpstreamWay {
  /** Equal for calls that go about it alike, so that one request may do for both. */
  readonly alike: string
}

/** The ways of a composed route's calls. */
export function compileCallWays(
  { compose, affinity }: ResolvedRoute,
  pools: ReadonlyMap<string, UpstreamPool>,
  services: Pick<Services, 'keep' | 'clock'>,
): ReadonlyMap<ResolvedCall, CallWay> {
  const calls = (compose?.parts ?? []).flatMap((part) => (part.kind === 'call' ? [part] : part.kind === 'each' ? [part.call] : []))
  return new Map(
    calls.map((call) => {
      const { upstream, retry, hedge, timeouts, responseLimit } = call
      const alike = JSON.stringify([upstream.name, retry, hedge, timeouts.total, responseLimit])
      return [call, { ...compileWay({ upstream, retry, hedge, affinity }, pools, services), alike }] as const
    }),
  )
}
