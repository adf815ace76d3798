/** What a load of requests came to. */
export interface LoadResult {
  readonly requests: number
  /** Requests without a 200 response that came whole. */
  readonly failed: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

async function isGood(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/** Sends GET requests from `clients` clients, each one after the other, until `more` says no. */
export async function runLoad(url: string, clients: number, more: () => boolean): Promise<LoadResult> {
  const times: number[] = []
  let failed = 0
  const client = async () => {
    while (more()) {
      const startedAt = performance.now()
      if (!(await isGood(url))) failed++
      times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { requests: times.length, failed, p50: at(0.5), p99: at(0.99) }
}
