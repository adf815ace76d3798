import type { LoadResult } from './load.js'

/** How large a run is. */
export interface ChaosSize {
  /** Requests of each row. */
  readonly requests: number
  /** Whether a row is run. */
  readonly wants: (fault: string, mechanism: string) => boolean
}

/** What one fault cost callers with one mechanism. */
export interface ChaosRow {
  readonly fault: string
  readonly mechanism: string
  readonly result: LoadResult
  /** Further figures, by their heading. */
  readonly figures: Readonly<Record<string, string | number>>
}

/** Rows of one kind. */
export interface ChaosTable {
  readonly title: string
  /** Says what was done, in a sentence or two. */
  readonly about: string
  readonly rows: (size: ChaosSize) => AsyncGenerator<ChaosRow>
}

/** Clients that ask at a time. */
export const CLIENTS = 20
