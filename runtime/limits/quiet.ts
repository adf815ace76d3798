import type { Clock } from '../clock.js'

const QUIET_MS = 10_000

/** Lets `write` run at most once per ten seconds: what a request can cause must not fill the log. */
export function quietly(clock: Clock): (write: () => void) => void {
  let quietUntil = Number.NEGATIVE_INFINITY
  return (write) => {
    if (clock.now() < quietUntil) return
    quietUntil = clock.now() + QUIET_MS
    write()
  }
}
