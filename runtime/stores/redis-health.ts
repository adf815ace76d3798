import type { RedisConnection } from './redis-connection.js'
import type { ReplyWitness } from './redis-runner.js'

const MISSES_TO_PAUSE = 5
const HEALTHY_BEAT_MS = 1_000
const TROUBLED_BEAT_MS = 250
const BEATS_OF_SILENCE = 4

/** What {@link RedisHealth} acts through. */
export interface HealthActions {
  /** Asks Redis something harmless, and lets the witness know how that went. */
  readonly probe: () => void
  /** Called when Redis becomes usable, at first or again. */
  readonly onUsable: () => void
}

/**
 * Whether Redis is worth asking. Replies missed five times in a row, or a lost connection, pause all asking, so that a dead Redis
 * costs requests nothing; a probe answered in time ends the pause. Probes run every second, every quarter of one while
 * something is wrong, and a connection that is silent for four of those is given up. Beats are counted, and not time, so that a
 * held event loop does not look like a silent Redis.
 */
export class RedisHealth implements ReplyWitness {
  readonly #connection: RedisConnection
  readonly #actions: HealthActions
  #misses = MISSES_TO_PAUSE
  #missing = false
  #heard = 0
  #silentBeats = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(connection: RedisConnection, actions: HealthActions) {
    this.#connection = connection
    this.#actions = actions
  }

  get paused(): boolean {
    return this.#misses >= MISSES_TO_PAUSE
  }

  answered(): void {
    const recovers = this.paused
    this.#misses = 0
    if (recovers) this.#actions.onUsable()
  }

  missed(): void {
    // Replies missed in one sweep of the budget are one incident, however many requests were waiting.
    if (this.#missing) return
    this.#missing = true
    queueMicrotask(() => {
      this.#missing = false
    })
    this.#misses += 1
    if (this.#misses === 1) this.#schedule(TROUBLED_BEAT_MS)
  }

  /** The connection is gone: nothing is asked until the next one has proved itself. */
  lost(): void {
    this.#misses = MISSES_TO_PAUSE
  }

  /** A connection is open: from now on Redis is probed. */
  begin(): void {
    this.#schedule(TROUBLED_BEAT_MS)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer)
    // As for the budget: what has arrived by the time of a beat is read before the beat looks.
    if (!this.#stopped) this.#timer = setTimeout(() => setImmediate(() => this.#beat()), ms).unref()
  }

  #beat(): void {
    const { heard, waiting, ready } = this.#connection
    this.#silentBeats = waiting && heard === this.#heard ? this.#silentBeats + 1 : 0
    this.#heard = heard
    if (this.#silentBeats >= BEATS_OF_SILENCE) this.#connection.renew()
    else if (ready) this.#actions.probe()
    this.#schedule(this.#misses === 0 ? HEALTHY_BEAT_MS : TROUBLED_BEAT_MS)
  }
}
