import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { Resource } from '../services.js'
import type { SharedState } from '../stores/shared-state.js'
import type { StoredResponse } from './stored-response.js'

const CHANNEL = 'cache-purge'
/** Tags whose time of purge is remembered; what lies further back counts as purged altogether. */
const REMEMBERED = 100_000

/** What everything stored can be purged by. */
export const EVERYTHING = 'all'

/** When tags were purged last: a purge is one entry, however many responses it takes away, here and in every other process. */
export class PurgeTimes implements Resource {
  readonly #clock: Clock
  readonly #shared: SharedState
  readonly #times: LRUCache<string, number>
  readonly #stop: () => void
  /** What was asked for no later is gone. */
  #floor = Number.NEGATIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, shared: SharedState) {
    this.#clock = clock
    this.#shared = shared
    this.#times = new LRUCache({
      maxSize: REMEMBERED,
      sizeCalculation: () => 1,
      dispose: (time, _tag, reason) => {
        if (reason === 'evict') this.#floor = Math.max(this.#floor, time)
      },
    })
    this.#stop = shared.subscribe(CHANNEL, (message) => this.#mark(message.split('\n'), this.#clock.wall()))
  }

  #mark(tags: readonly string[], time: number): void {
    this.#latest = Math.max(this.#latest, time)
    for (const tag of tags) {
      if (tag === EVERYTHING) this.#floor = Math.max(this.#floor, time)
      else this.#times.set(tag, time)
    }
  }

  /** Purges what carries any of the tags: here at once, elsewhere when the message arrives. */
  async purge(tags: readonly string[]): Promise<void> {
    this.#mark(tags, this.#clock.wall())
    await this.#shared.publish(CHANNEL, tags.join('\n'))
  }

  /** True for a response that was asked for before something that it carries was purged. */
  covers({ asked, tags }: StoredResponse): boolean {
    if (asked > this.#latest) return false
    return asked <= this.#floor || tags.some((tag) => asked <= (this.#times.get(tag) ?? Number.NEGATIVE_INFINITY))
  }

  close(): void {
    this.#stop()
  }
}
