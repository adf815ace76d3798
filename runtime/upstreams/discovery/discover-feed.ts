import { type Discover, readTargets } from '../../../sdk/discovery.js'
import type { TargetRules } from '../../../sdk/target.js'
import { type Feed, type FeedDeps, type FeedSink, reasonOf, waitAfter } from './feed.js'

/** Takes lists from a user's function; one that throws is called again after a while. */
export class DiscoverFeed implements Feed {
  readonly #discover: Discover
  readonly #rules: TargetRules
  readonly #deps: FeedDeps
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #failures = 0

  constructor(discover: Discover, rules: TargetRules, deps: FeedDeps) {
    this.#discover = discover
    this.#rules = rules
    this.#deps = deps
  }

  start(sink: FeedSink): void {
    void this.#follow(sink)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#abort.abort()
  }

  async #follow(sink: FeedSink): Promise<void> {
    const { signal } = this.#abort
    try {
      let last: 'none' | 'good' | 'bad' = 'none'
      for await (const given of this.#discover(signal)) {
        if (signal.aborted) return
        last = this.#take(given, sink) ? 'good' : 'bad'
      }
      // One that ends with a list that can be used has said all it has to say.
      if (last === 'good' || signal.aborted) return
      if (last === 'none') sink.failed('it ended without a list')
    } catch (error) {
      if (signal.aborted) return
      sink.failed(reasonOf(error))
    }
    this.#failures++
    this.#timer = setTimeout(() => void this.#follow(sink), waitAfter(this.#failures, Number.POSITIVE_INFINITY, this.#deps.random))
    this.#timer.unref()
  }

  /** False for a list that cannot be used. */
  #take(given: unknown, sink: FeedSink): boolean {
    const targets = readTargets(given, this.#rules)
    if (typeof targets === 'string') {
      sink.failed(targets)
      return false
    }
    this.#failures = 0
    sink.found(targets)
    return true
  }
}
