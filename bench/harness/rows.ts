/** What is compared. */
export type RowName =
  | 'plain'
  | 'policies'
  | 'log'
  | 'transform'
  | 'routes'
  | '1mib-down'
  | '1mib-up'
  | '10k-routes'
  | '10-routes'
  | 'tokens-1000'
  | 'tokens-1000-rs256'
  | 'redis-limit'
  | 'websocket'
  | 'idle-memory'
  | 'resilience'
  | 'no-resilience'

/** What is counted: requests, bodies of 1 MiB, requests among more and more routes, messages in a tunnel, idle connections. */
export type RowKind = 'requests' | 'bodies' | 'routes' | 'messages' | 'connections'

/** One comparison: a request, and what every peer has to make of it. */
export interface Row {
  readonly name: RowName
  readonly kind: RowKind
  readonly title: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Bearer tokens that the requests carry in turn, each of another caller. */
  readonly tokens: { readonly algorithm: 'HS256' | 'RS256'; readonly count: number } | undefined
  /** Whether the peers need a Redis. */
  readonly redis: boolean
  /** What ratios are to: each gateway's own figures on this row; undefined for the bare limit's on the same row. */
  readonly base: Row | undefined
  /** What the base and the row are called where they stand side by side. */
  readonly sides: readonly [string, string]
  /** Fields that the response's JSON body must have; a number is the length of a body of any type. */
  readonly answer: Readonly<Record<string, unknown>> | number
  /** Header fields that the response must have. */
  readonly answerHeaders: readonly string[]
  /** The request line that the upstream must have seen. */
  readonly seenLine: string
  /** Texts that the request at the upstream must contain, and must not. */
  readonly seen: readonly string[]
  readonly unseen: readonly string[]
}

/** Length of the bodies of the `1mib-*` rows. */
export const MEBIBYTE = 1_048_576

const ITEM = { id: 42, name: 'A thing on a shelf' }
const plain = {
  name: 'plain',
  kind: 'requests',
  title: 'Plain proxied GET',
  method: 'GET',
  path: '/items/42',
  headers: {},
  body: undefined,
  tokens: undefined,
  redis: false,
  base: undefined,
  sides: ['', ''],
  answer: ITEM,
  answerHeaders: [],
  seenLine: 'GET /items/42 HTTP/1.1',
  seen: [],
  unseen: [],
} as const satisfies Row

const policies = {
  ...plain,
  headers: { cookie: 'theme=dark' },
  tokens: { algorithm: 'HS256', count: 1 },
  answerHeaders: ['x-request-id', 'x-served-by'],
  seen: ['x-user: user-1', 'x-request-id: '],
  unseen: ['authorization:', 'cookie:'],
} as const

const among = (path: string) => ({ ...plain, path, seenLine: `GET ${path} HTTP/1.1` })

/** The rows that can be asked for, by name. */
export const ROWS: Readonly<Record<Exclude<RowName, '10-routes' | 'no-resilience'>, Row>> = {
  plain,
  policies: { ...policies, name: 'policies', title: 'JWT HS256 + per-consumer limit + header edits + metrics + request id' },
  log: { ...policies, name: 'log', title: 'The same + an access log line each' },
  'tokens-1000': {
    ...policies,
    name: 'tokens-1000',
    title: 'The policies with 1,000 callers, JWT HS256',
    tokens: { algorithm: 'HS256', count: 1_000 },
  },
  'tokens-1000-rs256': {
    ...policies,
    name: 'tokens-1000-rs256',
    title: 'The policies with 1,000 callers, JWT RS256',
    tokens: { algorithm: 'RS256', count: 1_000 },
  },
  'redis-limit': { ...plain, name: 'redis-limit', title: 'Limit in Redis', redis: true, answerHeaders: ['ratelimit'] },
  transform: {
    ...plain,
    name: 'transform',
    title: 'JSON POST validated and transformed, response too',
    method: 'POST',
    path: '/users',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada Lovelace', email: 'ada@example.org', age: 36, tags: ['math', 'engine'] }),
    answer: { id: 'u-1', name: 'Ada Lovelace', email: 'ada@example.org' },
    seenLine: 'POST /users HTTP/1.1',
    seen: ['"full_name":"Ada Lovelace"', '"mail":"ada@example.org"'],
    unseen: ['"email"'],
  },
  routes: { ...among('/r500/items/42'), name: 'routes', title: 'Plain proxied GET among 1,000 routes' },
  '10k-routes': {
    ...among('/r5000/items/42'),
    name: '10k-routes',
    kind: 'routes',
    title: 'Plain proxied GET among 10,000 routes, beside the same gateway with 10',
    base: { ...among('/r5/items/42'), name: '10-routes', title: 'Plain proxied GET among 10 routes' },
    sides: ['10 routes', '10,000'],
  },
  resilience: {
    ...plain,
    name: 'resilience',
    title: 'Plain proxied GET with health checks, breaker, retries, ejection and bulkhead on, beside the same gateway without',
    base: { ...plain, name: 'no-resilience', title: 'Plain proxied GET without any of them' },
    sides: ['without', 'with'],
  },
  '1mib-down': {
    ...plain,
    name: '1mib-down',
    kind: 'bodies',
    title: 'Response of 1 MiB',
    path: '/blobs/42',
    answer: MEBIBYTE,
    seenLine: 'GET /blobs/42 HTTP/1.1',
  },
  '1mib-up': {
    ...plain,
    name: '1mib-up',
    kind: 'bodies',
    title: 'Request of 1 MiB',
    method: 'POST',
    path: '/blobs/42',
    headers: { 'content-type': 'application/octet-stream' },
    body: 'x'.repeat(MEBIBYTE),
    answer: { received: MEBIBYTE },
    seenLine: 'POST /blobs/42 HTTP/1.1',
  },
  websocket: {
    ...plain,
    name: 'websocket',
    kind: 'messages',
    title: 'WebSocket messages of 64 bytes, there and back',
  },
  'idle-memory': { ...plain, name: 'idle-memory', kind: 'connections', title: 'Memory of an idle kept-alive connection' },
}

/** How many routes a peer has on a row, `/r0/items/{id}` and up; undefined for the rows about other things. */
export function routeCount(row: RowName): number | undefined {
  return { routes: 1_000, '10k-routes': 10_000, '10-routes': 10 }[row as 'routes']
}

/** What the paths that a peer forwards start with, before `/{id}`; all rows but `transform`. */
export function prefixes(row: RowName): readonly string[] {
  if (row === '1mib-down' || row === '1mib-up') return ['/blobs']
  const count = routeCount(row)
  return count === undefined ? ['/items'] : Array.from({ length: count }, (_, index) => `/r${index}/items`)
}

/** More bodies at a time than this would only wait for each other; on a slow machine, for longer than a turn takes. */
const MOST_BODIES = 8

/** Connections that load comes over on a row, where `given` are asked for. */
export const connectionsOn = ({ kind }: Row, given: number): number => (kind === 'bodies' ? Math.min(given, MOST_BODIES) : given)
