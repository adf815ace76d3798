import type { Resource, Services } from '../services.js'

/** Most places by name in the metrics of one route; what differs elsewhere is counted as `other`. */
const MAX_PATHS = 50
/** Most differences that are listed. */
const KEPT = 50
/** Shortest time between two log lines about one route; milliseconds. */
const LOG_EVERY_MS = 10_000

/** What became of a copy; the last four were never sent. */
export type MirrorResult = 'answered' | 'failed' | 'timed_out' | 'cancelled' | 'dropped' | 'too_large' | 'incomplete'

/** Two responses to one request that differ. */
export interface Difference {
  readonly route: string
  readonly requestId: string
  /** What the route's own upstream answered, then what the mirror's did. */
  readonly statuses: readonly [number, number]
  /** Places, without values. */
  readonly paths: readonly string[]
}

/** What came of mirrored requests. */
export interface MirrorReport {
  readonly routes: readonly {
    readonly route: string
    readonly requests: Readonly<Record<string, number>>
    readonly comparisons: Readonly<Record<string, number>>
    readonly paths: Readonly<Record<string, number>>
  }[]
  /** The latest, newest first. */
  readonly differences: readonly (Difference & { readonly at: string })[]
}

/** Counts by name. */
type Tally = Map<string, number>

class RouteTally {
  readonly requests: Tally = new Map()
  readonly comparisons: Tally = new Map()
  readonly paths: Tally = new Map()
  loggedAt = Number.NEGATIVE_INFINITY
}

const add = (tally: Tally, name: string) => void tally.set(name, (tally.get(name) ?? 0) + 1)

/** Counts, logs and remembers what comes of the mirrors of all routes. */
export class MirrorBoard implements Resource {
  readonly #services: Pick<Services, 'clock' | 'count' | 'log'>
  readonly #routes = new Map<string, RouteTally>()
  readonly #latest: (Difference & { at: string })[] = []

  constructor(services: Pick<Services, 'clock' | 'count' | 'log'>) {
    this.#services = services
  }

  requested(route: string, result: MirrorResult): void {
    add(this.#of(route).requests, result)
    this.#services.count('gatewright_mirror_requests_total', { route, result })
  }

  compared(route: string, result: 'same' | 'different' | 'not_compared'): void {
    add(this.#of(route).comparisons, result)
    this.#services.count('gatewright_mirror_comparisons_total', { route, result })
  }

  differed(difference: Difference): void {
    const { clock, count, log } = this.#services
    const { route, paths } = difference
    const tally = this.#of(route)
    for (const path of paths) {
      const name = tally.paths.has(path) || tally.paths.size < MAX_PATHS ? path : 'other'
      add(tally.paths, name)
      count('gatewright_mirror_differences_total', { route, path: name })
    }
    this.#latest.unshift({ ...difference, at: new Date(clock.wall()).toISOString() })
    this.#latest.length = Math.min(this.#latest.length, KEPT)
    if (clock.now() - tally.loggedAt < LOG_EVERY_MS) return
    tally.loggedAt = clock.now()
    log.warn(difference, 'mirrored response differs')
  }

  report(): MirrorReport {
    const routes = [...this.#routes].map(([route, { requests, comparisons, paths }]) => ({
      route,
      requests: Object.fromEntries(requests),
      comparisons: Object.fromEntries(comparisons),
      paths: Object.fromEntries(paths),
    }))
    return { routes, differences: [...this.#latest] }
  }

  close(): void {}

  #of(route: string): RouteTally {
    const known = this.#routes.get(route)
    if (known) return known
    const fresh = new RouteTally()
    this.#routes.set(route, fresh)
    return fresh
  }
}
