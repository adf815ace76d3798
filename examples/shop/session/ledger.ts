/** One request of the session, as the caller saw it. */
export interface LedgerEntry {
  /** Empty if no response came. */
  readonly requestId: string
  readonly route: string
  readonly method: string
  /** 0 if no response came. */
  readonly status: number
  /** The service instance that answered, if one did. */
  readonly servedBy: string | undefined
}

// Written down a second time on purpose: the gateway's own table is what the ledger is compared with.
const ROUTES: readonly (readonly [method: string, path: RegExp, route: string])[] = [
  ['GET', /^\/products$/, 'catalog.list'],
  ['GET', /^\/products\/[^/]+$/, 'catalog.get'],
  ['GET', /^\/products\/[^/]+\/image$/, 'catalog.image'],
  ['GET', /^\/stock$/, 'stock.feed'],
  ['POST', /^\/orders$/, 'orders.place'],
  ['GET', /^\/orders$/, 'orders.list'],
  ['GET', /^\/orders\/[^/]+$/, 'orders.get'],
  ['GET', /^\/account$/, 'account.get'],
  ['PATCH', /^\/account$/, 'account.update'],
]

function routeOf(method: string, path: string): string {
  return ROUTES.find(([itsMethod, itsPath]) => itsMethod === method && itsPath.test(path))?.[2] ?? ''
}

/** Notes every request that goes through its `fetch`, retries included. */
export class Ledger {
  readonly entries: LedgerEntry[] = []

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    const told = { method: request.method, route: routeOf(request.method, pathname) }
    try {
      const response = await fetch(request)
      const { headers, status } = response
      this.entries.push({
        ...told,
        status,
        requestId: headers.get('x-request-id') ?? '',
        servedBy: headers.get('x-served-by') ?? undefined,
      })
      return response
    } catch (error) {
      this.entries.push({ ...told, status: 0, requestId: '', servedBy: undefined })
      throw error
    }
  }

  /** How often each instance answered, from entry `since` on. */
  served(since = 0): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { servedBy } of this.entries.slice(since)) if (servedBy) counts[servedBy] = (counts[servedBy] ?? 0) + 1
    return counts
  }
}

/** `catalog-1 ×4, catalog-2 ×3` */
export function sayCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ×${count}`)
    .sort()
    .join(', ')
}
