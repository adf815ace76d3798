import type { Registry } from 'prom-client'
import { Durations } from './durations.js'

/**
 * Left out: to count handles prom-client asks for them all, upon which Node 20 aborts if it meets one whose object is gone already, as in a moment when many
 * connections close. `nodejs_active_resources` counts the same.
 */
const ACTIVE_HANDLES = ['nodejs_active_handles', 'nodejs_active_handles_total']

/** Counts of one route. */
class RouteStats {
  readonly byMethod = new Map<string, Map<number, number>>()
  readonly durations = new Durations()
}

/** The map under a key, made on first use. */
function nested<K, L, T>(map: Map<K, Map<L, T>>, key: K): Map<L, T> {
  let inner = map.get(key)
  if (!inner) {
    inner = new Map()
    map.set(key, inner)
  }
  return inner
}

function addOne<K>(map: Map<K, number>, key: K): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}

const helpOf = (name: string) => name.replace(/^gatewright_/, '').replaceAll('_', ' ')

type Labels = Readonly<Record<string, string>>
interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}

/** The gateway's metrics in Prometheus form. Labels come from the config and from bounded sets, never from callers' text. */
export class Metrics {
  #registry: Promise<Registry> | undefined
  #later: NodeJS.Timeout | undefined
  /** Not registered yet. */
  readonly #declared: object[] = []
  readonly #routes = new Map<string, RouteStats>()
  readonly #attempts = new Map<string, Map<string, Map<string, number>>>()
  readonly #counters = new Map<string, Map<string, { labels: Labels; value: number }>>()
  readonly #histograms = new Map<string, Map<string, { labels: Labels; durations: Durations }>>()
  readonly #gauges = new Map<string, () => readonly Sample[]>()

  constructor() {
    this.#register('gatewright_requests_total', 'counter', 'Requests by route, method and status.', () => this.#requests())
    this.#register('gatewright_upstream_requests_total', 'counter', 'Attempts at upstream targets by outcome.', () => this.#upstreams())
    this.#register('gatewright_request_duration_seconds', 'histogram', 'From the request’s headers to the end of its response.', () =>
      this.#durations(),
    )
  }

  /** Counts a finished request. `method` must be one of the parser's own. */
  request(route: string, method: string, status: number, seconds: number): void {
    let stats = this.#routes.get(route)
    if (!stats) this.#routes.set(route, (stats = new RouteStats()))
    addOne(nested(stats.byMethod, method), status)
    stats.durations.add(seconds)
  }

  /** Counts one attempt at a target: a status class, or how it failed. */
  attempt(upstream: string, target: string, outcome: string): void {
    addOne(nested(nested(this.#attempts, upstream), target), outcome)
  }

  /** Adds one to a counter, declared by its first use. */
  count(name: string, labels: Labels): void {
    let counter = this.#counters.get(name)
    if (!counter) {
      const fresh = new Map<string, { labels: Labels; value: number }>()
      counter = fresh
      this.#counters.set(name, fresh)
      this.#register(name, 'counter', helpOf(name), () => [...fresh.values()])
    }
    const key = Object.values(labels).join('\u0000')
    const row = counter.get(key)
    if (row) row.value++
    else counter.set(key, { labels, value: 1 })
  }

  /** Forgets what was counted of a target that is gone. */
  forgetTarget(upstream: string, target: string): void {
    this.#attempts.get(upstream)?.delete(target)
    for (const counter of this.#counters.values())
      for (const [key, { labels }] of counter) if (labels['target'] === target && labels['upstream'] === upstream) counter.delete(key)
  }

  /** Adds to a histogram, declared by its first use. */
  observe(name: string, labels: Labels, seconds: number): void {
    let histogram = this.#histograms.get(name)
    if (!histogram) {
      const fresh = new Map<string, { labels: Labels; durations: Durations }>()
      histogram = fresh
      this.#histograms.set(name, fresh)
      this.#register(name, 'histogram', helpOf(name), () => [...fresh.values()].flatMap((row) => row.durations.rows(name, row.labels)))
    }
    const key = Object.values(labels).join('\u0000')
    let row = histogram.get(key)
    if (!row) histogram.set(key, (row = { labels, durations: new Durations() }))
    row.durations.add(seconds)
  }

  /** Declares a gauge, or a summary without quantiles, that is read when the metrics are. */
  gauge(name: string, help: string, read: () => readonly Sample[], type: 'gauge' | 'summary' = 'gauge'): void {
    const known = this.#gauges.has(name)
    this.#gauges.set(name, read)
    if (!known) this.#register(name, type, help, () => this.#gauges.get(name)?.() ?? [])
  }

  /**
   * Starts the metrics of the process itself in a second, or with the first scrape: they need prom-client, and loading it
   * would hold up the first requests.
   */
  observeProcess(onError: (error: unknown) => void): void {
    this.#later = setTimeout(() => void this.#open().catch(onError), 1_000)
    this.#later.unref()
  }

  close(): void {
    clearTimeout(this.#later)
  }

  /** What a scrape gets. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    const registry = await this.#open()
    for (const metric of this.#declared.splice(0)) registry.registerMetric(metric as never)
    return { contentType: registry.contentType, text: await registry.metrics() }
  }

  #open(): Promise<Registry> {
    this.#registry ??= import('prom-client').then(({ default: { collectDefaultMetrics, Registry } }) => {
      const registry = new Registry()
      collectDefaultMetrics({ register: registry })
      for (const name of ACTIVE_HANDLES) registry.removeSingleMetric(name)
      return registry
    })
    return this.#registry
  }

  #register(name: string, type: 'counter' | 'gauge' | 'summary' | 'histogram', help: string, values: () => readonly Sample[]): void {
    // prom-client asks a metric only for this; its own classes hash the labels on every observation.
    this.#declared.push({
      name,
      help,
      type,
      aggregator: 'sum',
      collect: () => undefined,
      get: async () => ({ name, help, type, aggregator: 'sum', values: values() }),
      reset: () => undefined,
    })
  }

  #requests(): Sample[] {
    return [...this.#routes].flatMap(([route, { byMethod }]) =>
      [...byMethod].flatMap(([method, byStatus]) => [...byStatus].map(([status, value]) => ({ labels: { route, method, status }, value }))),
    )
  }

  #upstreams(): Sample[] {
    return [...this.#attempts].flatMap(([upstream, targets]) =>
      [...targets].flatMap(([target, outcomes]) =>
        [...outcomes].map(([outcome, value]) => ({ labels: { upstream, target, outcome }, value })),
      ),
    )
  }

  #durations(): Sample[] {
    return [...this.#routes].flatMap(([route, { durations }]) => durations.rows('gatewright_request_duration_seconds', { route }))
  }
}
