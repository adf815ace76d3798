import { getHeapStatistics } from 'node:v8'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { EventLoopLoad } from './event-loop-load.js'

/** How many of the last looks must be bad: one long pause is no overload. */
const SAMPLES = 5
const BAD_SAMPLES = 3

/**
 * Tells when the process has more work than it can do: its event loop is late, or its heap nearly full, in most looks of the
 * last two and a half seconds. It is over as soon as that is no longer so.
 */
export class Overload {
  /** True while new requests should be refused. */
  active = false
  readonly #settings: GatewaySettings['server']['overload']
  readonly #changed: (active: boolean) => void
  readonly #load = new EventLoopLoad(() => this.#look())
  #bad: readonly boolean[] = []

  constructor(settings: GatewaySettings['server']['overload'], changed: (active: boolean) => void) {
    this.#settings = settings
    this.#changed = changed
  }

  start(): void {
    if (this.#settings === false) return
    this.#load.start()
  }

  stop(): void {
    this.#load.close()
  }

  #look(): void {
    const heap = getHeapStatistics()
    this.note(this.#load.delay, heap.used_heap_size / heap.heap_size_limit)
  }

  /** Takes one look into account: the delay of the event loop in milliseconds and the used part of the heap. */
  note(delay: number, heap: number): void {
    if (this.#settings === false) return
    this.#bad = [...this.#bad.slice(1 - SAMPLES), delay > this.#settings.eventLoopDelay || heap > this.#settings.heap]
    const active = this.#bad.filter(Boolean).length >= BAD_SAMPLES
    if (active === this.active) return
    this.active = active
    this.#changed(active)
  }
}
