import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { GatewaySettings } from '../../sdk/gateway.js'

/** How often the process is looked at, and how many of the last looks must be bad: one long pause is no overload. */
const SAMPLE_MS = 500
const SAMPLES = 5
const BAD_SAMPLES = 3
/** Resolution of the delay measurement; Node counts it in. */
const RESOLUTION_MS = 20

/**
 * Tells when the process has more work than it can do: its event loop is late, or its heap nearly full, in most looks of the
 * last two and a half seconds. It is over as soon as that is no longer so.
 */
export class Overload {
  /** True while new requests should be refused. */
  active = false
  readonly #settings: GatewaySettings['server']['overload']
  readonly #changed: (active: boolean) => void
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #bad: readonly boolean[] = []
  #timer: NodeJS.Timeout | undefined
  #sampledAt = 0

  constructor(settings: GatewaySettings['server']['overload'], changed: (active: boolean) => void) {
    this.#settings = settings
    this.#changed = changed
  }

  start(): void {
    if (this.#settings === false) return
    this.#delay.enable()
    this.#sampledAt = performance.now()
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#delay.disable()
  }

  #look(): void {
    const now = performance.now()
    // A loop that is held for longer than a look measures nothing meanwhile: the look itself is late then.
    const delay = Math.max(this.#delay.percentile(50) / 1e6 - RESOLUTION_MS, now - this.#sampledAt - SAMPLE_MS)
    this.#sampledAt = now
    this.#delay.reset()
    const heap = getHeapStatistics()
    this.note(delay, heap.used_heap_size / heap.heap_size_limit)
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
