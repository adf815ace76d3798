const EMISSION_MS = 60_000 / 60_000_000
const BURST_MS = EMISSION_MS * 60_000_000

const theoretical = new Map<string, number>()

/** Takes one request from a caller's limit of 60,000,000 a minute (GCRA); the requests left, or -1 if there are none. */
export function takeOne(key: string): number {
  const now = performance.now()
  const next = Math.max(theoretical.get(key) ?? 0, now) + EMISSION_MS
  if (next - now > BURST_MS) return -1
  theoretical.set(key, next)
  return Math.floor((BURST_MS - (next - now)) / EMISSION_MS)
}

/** The limit as users write it. */
export const LIMIT = '60000000/min'
