import type { RedisConnection } from './redis-connection.js'
import type { ScriptWitness } from './redis-script.js'

const MISSES_TO_PAUSE = 5
const HEALTHY_BEAT_MS = 1_000
const TROUBLED_BEAT_MS = 250
const SILENCE_MS = 1_000

/** What {@link RedisHealth} acts through. */
export interface HealthActions {
  /** Asks Redis something harmless, and lets the witness know how that went. */
  readonly probe: () => void
  /** Called when Redis becomes usable, at first or again. */
  readonly onUsable: () => void
}

/**
 * Whether Redis is worth asking. Five replies missed in a row, or a lost connection, pause all asking, so that a dead Redis
 * costs requests nothing; a probe answered in time ends the pause. Probes run every second, every quarter of one while
 * something is wrong, and give up a connection that stays silent for a second.
 */
export class RedisHealth implements ScriptWitness {
  readonly #connection: RedisConnection
  readonly #actions: HealthActions
  #misses = MISSES_TO_PAUSE
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
    if (!this.#stopped) this.#timer = setTimeout(() => this.#beat(), ms).unref()
  }

  #beat(): void {
    if (this.#connection.silentMs >= SILENCE_MS) this.#connection.renew()
    else if (this.#connection.ready) this.#actions.probe()
    this.#schedule(this.#misses === 0 ? HEALTHY_BEAT_MS : TROUBLED_BEAT_MS)
  }
}
