import type { Duplex } from 'node:stream'
import type { Clock } from '../clock.js'
import type { Deadlines, Expiring } from '../upstreams/deadlines.js'
import { closeFrame } from './close-frame.js'
import { Relay, type RelayObserver } from './relay.js'

/** Who or what closed a tunnel. */
export type TunnelEnd = 'client' | 'upstream' | 'idle' | 'drain'

/** What a tunnel is built from. */
export interface TunnelSettings {
  readonly client: Duplex
  readonly upstream: Duplex
  /** Longest silence in both directions together; milliseconds. */
  readonly idle: number
  readonly clock: Clock
  readonly deadlines: Deadlines
  /** Called once, when both connections are closed. */
  closed(by: TunnelEnd): void
}

/** How long both sides have to answer a close frame of the gateway's before they are cut; milliseconds. */
const CLOSE_WITHIN = 5_000
const GOING_AWAY = 1001

/** Two connections joined: what one sends, the other receives, until either ends, both fall silent or the gateway stops. */
export class Tunnel implements Expiring, RelayObserver {
  rosterIndex = -1
  expiresAt: number
  readonly #settings: TunnelSettings
  readonly #toClient: Relay
  readonly #toUpstream: Relay
  #end: TunnelEnd | undefined
  #closing = false
  #open = 2

  constructor(settings: TunnelSettings) {
    const { client, upstream, clock, deadlines, idle } = settings
    this.#settings = settings
    this.expiresAt = clock.now() + idle
    for (const side of [client, upstream]) {
      // Either side may end its half first; the other half goes on.
      side.allowHalfOpen = true
      side.once('close', this.#onClose)
    }
    this.#toClient = new Relay(upstream, client, this)
    this.#toUpstream = new Relay(client, upstream, this)
    deadlines.watch(this)
  }

  /** Sends both sides a close frame and gives them time to answer it: `code` to the client, 1001 (going away) to the upstream. */
  close(code: number, reason: string, end: TunnelEnd): void {
    if (this.#closing) return
    this.#closing = true
    this.#end ??= end
    this.expiresAt = this.#settings.clock.now() + CLOSE_WITHIN
    this.#toClient.finish(closeFrame(code, reason, false))
    this.#toUpstream.finish(closeFrame(GOING_AWAY, reason, true))
  }

  /** Breaks both connections off. */
  cut(): void {
    this.#settings.client.destroy()
    this.#settings.upstream.destroy()
  }

  expire(): void {
    if (this.#closing) {
      this.cut()
      return
    }
    this.close(GOING_AWAY, 'idle timeout', 'idle')
    this.#settings.deadlines.watch(this)
  }

  moved(relay: Relay): void {
    if (relay.closed) this.ended(relay)
    if (!this.#closing) this.expiresAt = this.#settings.clock.now() + this.#settings.idle
    else if (relay.closed) relay.from.end()
  }

  ended(relay: Relay): void {
    this.#end ??= relay === this.#toClient ? 'upstream' : 'client'
  }

  readonly #onClose = (): void => {
    if (--this.#open > 0) return
    this.#settings.deadlines.forget(this)
    this.#settings.closed(this.#end ?? 'client')
  }
}
