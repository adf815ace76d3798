import { createHmac } from 'node:crypto'

/** What is compared. */
export type RowName = 'plain' | 'policies' | 'log' | 'transform' | 'routes'

/** One comparison: a request, and what every peer has to make of it. */
export interface Row {
  readonly name: RowName
  readonly title: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Fields that the response's JSON body must have. */
  readonly answer: Readonly<Record<string, unknown>>
  /** Header fields that the response must have. */
  readonly answerHeaders: readonly string[]
  /** The request line that the upstream must have seen. */
  readonly seenLine: string
  /** Texts that the request at the upstream must contain, and must not. */
  readonly seen: readonly string[]
  readonly unseen: readonly string[]
}

/** Shared secret of the HS256 tokens; 32 bytes and more. */
export const SECRET = 'a-benchmark-secret-of-forty-characters-!'
export const ISSUER = 'https://id.example.org/'
export const AUDIENCE = 'bench'

function token(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1_000)
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: ISSUER, aud: AUDIENCE, sub: 'user-1', plan: 'pro', iat: now, exp: now + 7_200 })}`
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
}

const ITEM = { id: 42, name: 'A thing on a shelf' }
const policies = {
  method: 'GET',
  path: '/items/42',
  headers: { authorization: `Bearer ${token()}`, cookie: 'theme=dark' },
  body: undefined,
  answer: ITEM,
  answerHeaders: ['x-request-id', 'x-served-by'],
  seenLine: 'GET /items/42 HTTP/1.1',
  seen: ['x-user: user-1', 'x-request-id: '],
  unseen: ['authorization:', 'cookie:'],
} as const

/** The rows, by name. */
export const ROWS: Readonly<Record<RowName, Row>> = {
  plain: {
    name: 'plain',
    title: 'Plain proxied GET',
    method: 'GET',
    path: '/items/42',
    headers: {},
    body: undefined,
    answer: ITEM,
    answerHeaders: [],
    seenLine: 'GET /items/42 HTTP/1.1',
    seen: [],
    unseen: [],
  },
  policies: { ...policies, name: 'policies', title: 'JWT HS256 + per-consumer limit + header edits + metrics + request id' },
  log: { ...policies, name: 'log', title: 'The same + an access log line each' },
  transform: {
    name: 'transform',
    title: 'JSON POST validated and transformed, response too',
    method: 'POST',
    path: '/users',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada Lovelace', email: 'ada@example.org', age: 36, tags: ['math', 'engine'] }),
    answer: { id: 'u-1', name: 'Ada Lovelace', email: 'ada@example.org' },
    answerHeaders: [],
    seenLine: 'POST /users HTTP/1.1',
    seen: ['"full_name":"Ada Lovelace"', '"mail":"ada@example.org"'],
    unseen: ['"email"'],
  },
  routes: {
    name: 'routes',
    title: 'Plain proxied GET among 1,000 routes',
    method: 'GET',
    path: '/r500/items/42',
    headers: {},
    body: undefined,
    answer: ITEM,
    answerHeaders: [],
    seenLine: 'GET /r500/items/42 HTTP/1.1',
    seen: [],
    unseen: [],
  },
}

/** How many routes the `routes` row has: `/r0/items/{id}` to `/r999/items/{id}`. */
export const ROUTE_COUNT = 1_000
