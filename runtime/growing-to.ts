/** Options of an `LRUCache` for at most so many entries, whose memory grows with them: with `max` it takes the memory for all of them at once. */
export const growingTo = (entries: number) => ({ maxSize: entries, sizeCalculation: () => 1 })
