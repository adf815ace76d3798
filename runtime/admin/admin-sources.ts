import type { PurgeTimes } from '../cache/purge-times.js'
import type { MirrorBoard, MirrorReport } from '../mirror/mirror-board.js'
import type { Metrics } from '../observe/metrics.js'
import { observeUpstreams } from '../observe/upstream-gauges.js'
import type { LiveConfig } from '../pipeline/exchange-handler.js'
import type { Resources } from '../resources.js'
import { RolloutControl } from '../rollout/rollout-control.js'
import { BreakerControl } from '../upstreams/breaker/breaker-control.js'
import type { UpstreamPool } from '../upstreams/target.js'

/** What operators see and steer of the config in use. */
export interface AdminSources {
  readonly breakers: BreakerControl
  readonly rollouts: RolloutControl
  /** Purges a tag from every cache; undefined where no route has one. */
  purge(tag: string): Promise<void> | undefined
  /** What came of mirrored requests; undefined where no route has a mirror. */
  mirrors(): MirrorReport | undefined
  /** The upstreams in use at the moment. */
  pools(): readonly UpstreamPool[]
  /** Declares the gauges of upstreams and rollouts. */
  observe(metrics: Metrics): void
}

/** `live` gives the config in use at the moment. */
export function adminSources(live: () => LiveConfig | undefined, resources: Resources): AdminSources {
  const pools = () => live()?.pools ?? []
  const breakers = new BreakerControl(pools)
  const rollouts = new RolloutControl(() => live()?.rollouts ?? [])
  return {
    breakers,
    rollouts,
    purge: (tag) => resources.peek<PurgeTimes>('cache:purges')?.purge(tag),
    mirrors: () => resources.peek<MirrorBoard>('mirrors')?.report(),
    pools,
    observe(metrics) {
      observeUpstreams(metrics, pools)
      rollouts.observe(metrics)
    },
  }
}
