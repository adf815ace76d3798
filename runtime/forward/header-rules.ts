/** What to do with a header line that passes through. */
export type HeaderRule =
  | 'keep'
  | 'drop'
  | 'host'
  | 'connection'
  | 'forwarded'
  | 'forwarded-for'
  | 'content-length'
  | 'transfer-encoding'
  | 'cookie'
  | 'max-forwards'

/** A header name as seen, with its lower-case form and rule. */
export interface KnownHeader {
  readonly lower: string
  readonly rule: HeaderRule
}

/** Hop-by-hop fields (RFC 9110 section 7.6.1) and framing, which each connection makes for itself. */
const HOP_BY_HOP = [
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What a trusted proxy may say of the outer request, whoever makes it; an upstream may build links from it. */
export const OUTER_REQUEST = [
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-forwarded-ssl',
] as const

const REQUEST: ReadonlyMap<string, HeaderRule> = new Map<string, HeaderRule>([
  ...HOP_BY_HOP.map((name) => [name, 'drop'] as const),
  ['connection', 'connection'],
  ['host', 'host'],
  ['content-length', 'content-length'],
  ['cookie', 'cookie'],
  ['max-forwards', 'max-forwards'],
  ['expect', 'drop'],
  ['http2-settings', 'drop'],
  // Each of these makes some upstream act on another method or path than the one that was checked.
  ['x-http-method-override', 'drop'],
  ['x-http-method', 'drop'],
  ['x-method-override', 'drop'],
  ['x-original-url', 'drop'],
  ['x-rewrite-url', 'drop'],
  ['x-forwarded-for', 'forwarded-for'],
  ...[...OUTER_REQUEST, 'x-real-ip', 'true-client-ip', 'cf-connecting-ip'].map((name) => [name, 'forwarded'] as const),
])

const RESPONSE: ReadonlyMap<string, HeaderRule> = new Map<string, HeaderRule>([
  ...HOP_BY_HOP.map((name) => [name, 'drop'] as const),
  ['transfer-encoding', 'transfer-encoding'],
  ['connection', 'connection'],
  ['content-length', 'content-length'],
])

/** Names that say who the caller is; only the gateway may send them upstream. */
const IDENTITY = /^x-(?:user|consumer)(?:-|$)/

function requestRule(lower: string): HeaderRule {
  // Many servers fold `_` into `-`, so an underscore name is a second spelling of one that was checked.
  if (lower.includes('_') || IDENTITY.test(lower)) return 'drop'
  return REQUEST.get(lower) ?? 'keep'
}

/** Spellings remembered; callers choose header names, so the number is bounded. */
const REMEMBERED = 2_000

function remember(ruleOf: (lower: string) => HeaderRule): (name: string) => KnownHeader {
  const known = new Map<string, KnownHeader>()
  return (name) => {
    const seen = known.get(name)
    if (seen) return seen
    const lower = name.toLowerCase()
    const fresh = { lower, rule: ruleOf(lower) }
    if (known.size < REMEMBERED) known.set(name, fresh)
    return fresh
  }
}

/** Looks up what happens to a header line, in each direction; one lookup by the spelling as received. */
export interface HeaderRules {
  readonly request: (name: string) => KnownHeader
  readonly response: (name: string) => KnownHeader
}

export function createHeaderRules(): HeaderRules {
  return { request: remember(requestRule), response: remember((lower) => RESPONSE.get(lower) ?? 'keep') }
}

/** Not options of a connection, whatever `Connection` says: without the length a body would be framed anew. */
const NEVER_NOMINATED = new Set(['', 'close', 'keep-alive', 'content-length'])

/** The names that `Connection` lines nominate as hop-by-hop, beyond `close` and `keep-alive`. */
export function nominatedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined) return undefined
  if (connection === 'keep-alive' || connection === 'close') return undefined
  const names = connection.split(',').map((name) => name.trim().toLowerCase())
  return new Set(names.filter((name) => !NEVER_NOMINATED.has(name)))
}
