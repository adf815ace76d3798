import type { LimitDecision } from './limit-store.js'

/** A limit as the generic cell rate algorithm takes it: one request per `emissionMs`, `burst` at once after a pause. */
export interface CellRate {
  readonly emissionMs: number
  readonly burst: number
}

/** A {@link CellRate} in whole microseconds, so that sums are exact and survive being printed. */
export interface Cell {
  /** What one request adds to the backlog. Rounded up: a limit is never exceeded by rounding. */
  readonly emission: number
  /** The backlog up to which requests are admitted. */
  readonly capacity: number
}

/** The rate in whole microseconds; rates above 1,000,000 per second count as that. */
export function toCell(rate: CellRate): Cell {
  // A period divided by its count may come out a hair above the whole number that is meant.
  const emission = Math.max(1, Math.ceil(rate.emissionMs * 1_000 - 1e-6))
  return { emission, capacity: emission * rate.burst }
}

/** What a request of `cost` adds to the backlog. One that costs more than the burst counts as the whole burst, so that it can ever be admitted. */
export function needOf(cell: Cell, cost: number): number {
  return Math.min(cell.emission * cost, cell.capacity)
}

/**
 * How far the theoretical arrival time lies ahead. One beyond the capacity was kept under a larger limit, or before the
 * clock was set back: it counts as a full backlog, so that it holds nobody up for longer than that.
 */
export function backlogAt(arrival: number, now: number, cell: Cell): number {
  return Math.min(cell.capacity, Math.max(0, arrival - now))
}

/**
 * Runs the generic cell rate algorithm (ITU-T I.371) for one request on several windows at once: it takes from all of them, or
 * from none. `arrivals` are the theoretical arrival times in microseconds, changed in place; returns whether it is admitted.
 */
export function runCells(arrivals: number[], now: number, cells: readonly Cell[], cost: number): boolean {
  let admitted = true
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index] as Cell
    const backlog = backlogAt(arrivals[index] as number, now, cell)
    arrivals[index] = now + backlog
    if (backlog + needOf(cell, cost) > cell.capacity) admitted = false
  }
  if (admitted)
    for (let index = 0; index < cells.length; index += 1) {
      arrivals[index] = (arrivals[index] as number) + needOf(cells[index] as Cell, cost)
    }
  return admitted
}

/** Puts right what a request took: as if it had cost `due`, and not `taken`. Never below nothing, nor above the burst. */
export function settleCells(arrivals: number[], now: number, cells: readonly Cell[], taken: number, due: number): void {
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index] as Cell
    const backlog = backlogAt(arrivals[index] as number, now, cell) + needOf(cell, due) - needOf(cell, taken)
    arrivals[index] = now + Math.min(cell.capacity, Math.max(0, backlog))
  }
}

/**
 * Puts what was decided into the caller's terms, for one window. `backlog` is the one after the request, `admitted` whether every
 * window had room for it; milliseconds are rounded up.
 */
export function toDecision(admitted: boolean, backlog: number, cell: Cell, cost: number): LimitDecision {
  const lacking = admitted ? 0 : Math.max(0, backlog + needOf(cell, cost) - cell.capacity)
  return {
    admitted: lacking === 0,
    remaining: Math.floor((cell.capacity - backlog) / cell.emission),
    resetMs: Math.ceil(backlog / 1_000),
    retryMs: Math.ceil(lacking / 1_000),
  }
}
