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
      let yielded = false
      for await (const given of this.#discover(signal)) {
        if (signal.aborted) return
        yielded = true
        this.#take(given, sink)
      }
      // One that ends has said all it has to say.
      if (yielded || signal.aborted) return
      sink.failed('it ended without a list')
    } catch (error) {
      if (signal.aborted) return
      sink.failed(reasonOf(error))
    }
    this.#failures++
    this.#timer = setTimeout(() => void this.#follow(sink), waitAfter(this.#failures, Number.POSITIVE_INFINITY, this.#deps.random))
    this.#timer.unref()
  }

  #take(given: unknown, sink: FeedSink): void {
    const targets = readTargets(given, this.#rules)
    if (typeof targets === 'string') {
      sink.failed(targets)
      return
    }
    this.#failures = 0
    sink.found(targets)
  }
}
