import type { Clock } from '../clock.js'

/** A clock that moves only when told; both its readings move together. */
export interface FakeClock extends Clock {
  /** Moves time forward. */
  advance(ms: number): void
}

/** Makes a clock that stands at `wall` (milliseconds since 1970). */
export function fakeClock(wall = Date.UTC(2026, 0, 1)): FakeClock {
  let passed = 0
  return {
    now: () => passed,
    wall: () => wall + passed,
    advance: (ms) => {
      passed += ms
    },
  }
}
