/** Time as the runtime reads it; tests put a fake in its place. */
export interface Clock {
  /** Milliseconds on a clock that never steps; for intervals and deadlines. */
  now(): number
  /** Milliseconds since 1970; for `exp`, `nbf` and dates. */
  wall(): number
}

export const systemClock: Clock = { now: () => performance.now(), wall: () => Date.now() }

/** How far apart the wall clocks of gateways that share state may be without harm. */
export const CLOCKS_APART_MS = 5 * 60_000
