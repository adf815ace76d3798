/** One of a limited number of slots. It is kept up for as long as this process lives, and free some seconds after it died. */
export interface Lease {
  /** Gives the slot back; once is enough. */
  release(): void
}

/** Slots by key, shared by every process. A key is what the slots are called, a NUL, and whose they are; of any length and content. */
export interface LeaseStore {
  /** Takes a slot if fewer than `limit` are taken. Rejects with a `StoreFailure`, after a budget of 20 ms, if the store does not answer. */
  take(key: string, limit: number): Promise<Lease | undefined>
  close(): Promise<void>
}
