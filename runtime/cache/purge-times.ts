import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { growingTo } from '../growing-to.js'
import type { Resource } from '../services.js'
import type { SharedState } from '../stores/shared-state.js'
import { SharedTime } from '../stores/shared-time.js'
import type { StoredResponse } from './stored-response.js'

const CHANNEL = 'cache-purge'
/** Tags whose time of purge is remembered; what lies further back counts as purged altogether. */
const REMEMBERED = 100_000

/** How long a purge is known to processes that start later; nothing is shared for longer. */
const KNOWN_MS = 86_400_000
/** More than the shared time can be mistaken by, and what it takes a message to arrive. */
const SKEW_MS = 1_000

/** What everything stored can be purged by. */
export const EVERYTHING = 'all'

const nameOf = (tag: string) => `cache-purge\0${tag}`

/** When tags were purged last: a purge is one entry, however many responses it takes away, here and in every other process. */
export class PurgeTimes implements Resource {
  /** What all of it is told to other processes in. */
  readonly time: SharedTime
  readonly #clock: Clock
  readonly #shared: SharedState
  readonly #times: LRUCache<string, number>
  readonly #stop: () => void
  /** What was asked for no later is gone. */
  #floor = Number.NEGATIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY
  #shares = false

  constructor(clock: Clock, shared: SharedState) {
    this.#clock = clock
    this.#shared = shared
    this.time = new SharedTime(shared, clock)
    this.#times = new LRUCache({
      ...growingTo(REMEMBERED),
      dispose: (time, _tag, reason) => {
        if (reason === 'evict') this.#floor = Math.max(this.#floor, time)
      },
    })
    this.#stop = shared.subscribe(CHANNEL, (tag) => this.#mark(tag, this.#clock.now()))
  }

  #mark(tag: string, time: number): void {
    this.#latest = Math.max(this.#latest, time)
    if (tag === EVERYTHING) this.#floor = Math.max(this.#floor, time)
    else this.#times.set(tag, Math.max(time, this.#times.get(tag) ?? time))
  }

  /** From now on purges are kept in the shared state too, since responses are. */
  share(): void {
    this.#shares = true
  }

  /** Purges what carries a tag: here at once, elsewhere when the message arrives. */
  async purge(tag: string): Promise<void> {
    const now = this.#clock.now()
    this.#mark(tag, now)
    const kept = this.#shares ? this.#keep(tag, now) : undefined
    await Promise.all([kept, this.#shared.publish(CHANNEL, tag)])
  }

  async #keep(tag: string, now: number): Promise<void> {
    await this.#shared.set(nameOf(tag), String(now + (await this.time.difference())), KNOWN_MS)
  }

  /** Learns when tags were purged by any process, also while this one could not hear of it. Resolves where the shared state does not answer. */
  async learn(tags: readonly string[]): Promise<void> {
    const known = [EVERYTHING, ...tags].map(async (tag) => {
      const text = await this.#shared.get(nameOf(tag))
      if (text === undefined) return
      const time = Number(text) - (await this.time.difference())
      // A purge of its own, or one that it heard of, is known to the millisecond of its own clock.
      if (!this.#knows(tag, time)) this.#mark(tag, time + SKEW_MS)
    })
    await Promise.all(known).catch(() => undefined)
  }

  #knows(tag: string, time: number): boolean {
    return (tag === EVERYTHING ? this.#floor : (this.#times.get(tag) ?? this.#floor)) >= time - SKEW_MS
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
