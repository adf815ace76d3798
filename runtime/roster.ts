/** Something that a roster can hold: it keeps its own place there. */
export interface Listed {
  /** Set by the roster; -1 while the entry is in none. */
  rosterIndex: number
}

/**
 * A set of short-lived objects, each in at most one roster. A `Set` that is added to and deleted from for every request
 * grows into a chain of outgrown tables; once one of them is in the old generation, each scavenge keeps all that follow,
 * with what they held, until the next full collection.
 */
export class Roster<T extends Listed> implements Iterable<T> {
  readonly #entries: T[] = []

  get size(): number {
    return this.#entries.length
  }

  has(entry: T): boolean {
    return this.#entries[entry.rosterIndex] === entry
  }

  add(entry: T): void {
    if (this.has(entry)) return
    entry.rosterIndex = this.#entries.length
    this.#entries.push(entry)
  }

  /** True if the entry was there. The last one takes its place. */
  delete(entry: T): boolean {
    if (!this.has(entry)) return false
    const last = this.#entries.pop() as T
    if (last !== entry) {
      this.#entries[entry.rosterIndex] = last
      last.rosterIndex = entry.rosterIndex
    }
    entry.rosterIndex = -1
    return true
  }

  clear(): void {
    for (const entry of this.#entries) entry.rosterIndex = -1
    this.#entries.length = 0
  }

  /** Goes over a copy, so that entries may leave meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#entries][Symbol.iterator]()
  }
}
