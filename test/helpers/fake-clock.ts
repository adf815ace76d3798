import type { Clock } from '../../runtime/clock.js'

/** A clock that stands still until told to move. */
export interface FakeClock extends Clock {
  advance(ms: number): void
}

/** Makes a {@link FakeClock}; `wall` is where its calendar starts, in milliseconds since 1970. */
export function fakeClock(wall = 1_700_000_000_000): FakeClock {
  let elapsed = 0
  return {
    now: () => elapsed,
    wall: () => wall + elapsed,
    advance(ms) {
      elapsed += ms
    },
  }
}

/** Makes a clock that runs, and can be moved on: for what is told on a clock of another, which does not stand still. */
export function runningClock(): FakeClock {
  let ahead = 0
  return {
    now: () => performance.now() + ahead,
    wall: () => Date.now() + ahead,
    advance(ms) {
      ahead += ms
    },
  }
}
