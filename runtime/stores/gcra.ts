import type { CellRate, LimitDecision } from './limit-store.js'

/** A {@link CellRate} in whole microseconds, so that sums are exact and survive being printed. */
export interface Cell {
  /** What one request adds to the backlog. Rounded up: a limit is never exceeded by rounding. */
  readonly emission: number
  /** The backlog up to which requests are admitted. */
  readonly capacity: number
}

/** What one request did to a counter; times in microseconds. */
export interface CellOutcome {
  readonly admitted: boolean
  /** The theoretical arrival time to keep; the one before if the request was refused. */
  readonly arrival: number
}

/** The rate in whole microseconds; rates above 1,000,000 per second count as that. */
export function toCell(rate: CellRate): Cell {
  // A period divided by its count may come out a hair above the whole number that is meant.
  const emission = Math.max(1, Math.ceil(rate.emissionMs * 1_000 - 1e-6))
  return { emission, capacity: emission * rate.burst }
}

/**
 * How far the theoretical arrival time lies ahead. One beyond the capacity was kept under a larger limit, or before the
 * clock was set back: it counts as a full backlog, so that it holds nobody up for longer than that.
 */
export function backlogAt(arrival: number, now: number, cell: Cell): number {
  return Math.min(cell.capacity, Math.max(0, arrival - now))
}

/** Runs the generic cell rate algorithm (ITU-T I.371) for one request; a refused one takes nothing. */
export function runCell(arrival: number, now: number, cell: Cell): CellOutcome {
  const backlog = backlogAt(arrival, now, cell)
  const admitted = backlog + cell.emission <= cell.capacity
  return { admitted, arrival: now + (admitted ? backlog + cell.emission : backlog) }
}

/** Puts a decision into the caller's terms. `backlog` is the one after the request; milliseconds are rounded up. */
export function toDecision(admitted: boolean, backlog: number, cell: Cell): LimitDecision {
  return {
    admitted,
    remaining: Math.floor((cell.capacity - backlog) / cell.emission),
    resetMs: Math.ceil(backlog / 1_000),
    retryMs: admitted ? 0 : Math.ceil((backlog + cell.emission - cell.capacity) / 1_000),
  }
}
