import { z } from 'zod'
import { webOrigin } from './schemas/origin.js'
import { type Duration, duration } from './schemas/text.js'

/** The options of a route's `websocket`, beside plain `true`. */
export const webSocketSchema = z.strictObject({
  /** Longest silence in both directions together before the gateway closes the connection. Default `5m`. */
  idle: duration.prefault('5m'),
  /**
   * Most connections of one caller at once, counted by route in each process. A caller is an API key’s consumer, a token’s issuer and `sub`, or else an address (IPv6: its /64 network).
   * Default: no limit.
   */
  maxPerConsumer: z.int().min(1).max(1_000_000).optional(),
  /** Origins whose pages may connect, compared exactly; a client that sends no `Origin` is no browser and passes. Default: any. */
  origins: z.array(webOrigin).min(1).optional(),
})

/** Parsed options of a route's `websocket`; durations in milliseconds. */
export type WebSocketSettings = z.output<typeof webSocketSchema>

/** What a user writes for a route that speaks WebSocket (RFC 6455). */
export interface WebSocketOptions {
  /** Longest silence in both directions together before the gateway closes the connection. Default `5m`. */
  readonly idle?: Duration
  /**
   * Most connections of one caller at once, counted by route in each process. A caller is an API key’s consumer, a token’s issuer and `sub`, or else an address (IPv6: its /64 network).
   * Default: no limit.
   */
  readonly maxPerConsumer?: number
  /** Origins whose pages may connect, compared exactly; a client that sends no `Origin` is no browser and passes. Default: any. */
  readonly origins?: readonly (`${'http' | 'https'}://${string}` | 'null')[]
}
