import type { Target, UpstreamPool } from '../upstreams/target.js'
import type { Metrics } from './metrics.js'

const STATES = ['closed', 'open', 'half-open'] as const

const TARGET_STATES = ['healthy', 'unhealthy', 'ejected'] as const

const stateOf = (target: Target, pool: UpstreamPool) => (!target.healthy ? 'unhealthy' : pool.isEjected(target) ? 'ejected' : 'healthy')

/** Shows how targets, breakers and bulkheads of the pools in use stand, whenever the metrics are read. */
export function observeUpstreams(metrics: Metrics, pools: () => readonly UpstreamPool[]): void {
  const bulkheads = () => pools().flatMap(({ name, bulkhead }) => (bulkhead ? [{ labels: { upstream: name }, bulkhead }] : []))
  metrics.gauge('gatewright_breaker_state', 'Breakers by upstream, target and state: 1 for the state that each is in.', () =>
    pools().flatMap(({ breakers, targets }) =>
      (breakers?.list(targets) ?? []).flatMap(({ upstream, target = '', state: present }) =>
        STATES.map((state) => ({ labels: { upstream, target, state }, value: state === present ? 1 : 0 })),
      ),
    ),
  )
  metrics.gauge('gatewright_upstream_targets', 'Targets of an upstream by state: healthy, unhealthy or ejected.', () =>
    pools().flatMap((pool) => {
      const states = pool.targets.map((target) => stateOf(target, pool))
      return TARGET_STATES.map((state) => ({ labels: { upstream: pool.name, state }, value: states.filter((one) => one === state).length }))
    }),
  )
  metrics.gauge('gatewright_upstream_in_flight', 'Calls of an upstream that its bulkhead has let in.', () =>
    bulkheads().map(({ labels, bulkhead }) => ({ labels, value: bulkhead.inFlight })),
  )
  metrics.gauge('gatewright_upstream_queued', 'Calls that wait for a place in an upstream’s bulkhead.', () =>
    bulkheads().map(({ labels, bulkhead }) => ({ labels, value: bulkhead.queued })),
  )
  metrics.gauge('gatewright_upstream_adaptive_limit', 'Calls in flight that the upstream’s latency allows.', () =>
    bulkheads().flatMap(({ labels, bulkhead }) => (bulkhead.gradient ? [{ labels, value: bulkhead.gradient.limit }] : [])),
  )
  const waits = 'gatewright_upstream_queue_seconds'
  metrics.gauge(
    waits,
    'How long calls waited in an upstream’s queue before they were let in.',
    () =>
      bulkheads().flatMap(({ labels, bulkhead }) => [
        { labels, value: bulkhead.waited, metricName: `${waits}_sum` },
        { labels, value: bulkhead.waits, metricName: `${waits}_count` },
      ]),
    'summary',
  )
}
