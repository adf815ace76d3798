import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** How often the event loop is looked at. */
const SAMPLE_MS = 500
/** Resolution of the delay measurement; Node counts it in. */
const RESOLUTION_MS = 20

/** How busy the event loop of this process is, as of the last look. */
export class EventLoopLoad {
  /** Milliseconds that it is late by: the median over half a second. */
  delay = 0
  /** Part of the time that it is busy, from 0 to 1. */
  utilisation = 0
  readonly #looked: () => void
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #before: EventLoopUtilization | undefined
  #timer: NodeJS.Timeout | undefined
  #sampledAt = 0

  /** @param looked called after each look, two times a second */
  constructor(looked: () => void = () => undefined) {
    this.#looked = looked
  }

  start(): this {
    this.#histogram.enable()
    this.#sampledAt = performance.now()
    this.#before = performance.eventLoopUtilization()
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS).unref()
    return this
  }

  close(): void {
    clearInterval(this.#timer)
    this.#histogram.disable()
  }

  #look(): void {
    const now = performance.now()
    // A loop that is held for longer than a look measures nothing meanwhile: the look itself is late then.
    this.delay = Math.max(0, this.#histogram.percentile(50) / 1e6 - RESOLUTION_MS, now - this.#sampledAt - SAMPLE_MS)
    this.#sampledAt = now
    this.#histogram.reset()
    const used = performance.eventLoopUtilization()
    this.utilisation = performance.eventLoopUtilization(used, this.#before).utilization
    this.#before = used
    this.#looked()
  }
}
