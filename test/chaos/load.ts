/** What a load of requests came to. */
export interface LoadResult {
  readonly requests: number
  /** Requests without a 200 response that came whole. */
  readonly failed: number
  /** Requests by the status of their response; 0 for those without a whole one. */
  readonly statuses: ReadonlyMap<number, number>
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

async function ask(url: string): Promise<number> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** Sends GET requests from `clients` clients, each one after the other, until `more` says no. */
export async function runLoad(url: string, clients: number, more: () => boolean): Promise<LoadResult> {
  const times: number[] = []
  const statuses = new Map<number, number>()
  const client = async () => {
    while (more()) {
      const startedAt = performance.now()
      const status = await ask(url)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { requests: times.length, failed: times.length - (statuses.get(200) ?? 0), statuses, p50: at(0.5), p99: at(0.99) }
}

/** Says yes so many times. */
export function countdown(count: number): () => boolean {
  let left = count
  return () => left-- > 0
}
