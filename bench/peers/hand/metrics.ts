const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const counts = new Map<number, number>()
const buckets = new Float64Array(BOUNDS.length + 1)
let sum = 0

/** Counts a response by status and its duration in a histogram. */
export function record(status: number, milliseconds: number): void {
  const seconds = milliseconds / 1_000
  let index = 0
  while (index < BOUNDS.length && seconds > (BOUNDS[index] as number)) index += 1
  buckets[index] = (buckets[index] as number) + 1
  sum += seconds
  counts.set(status, (counts.get(status) ?? 0) + 1)
}

/** What was counted, so that the counting cannot be optimised away. */
export const snapshot = () => ({ counts: Object.fromEntries(counts), buckets: [...buckets], sum })
