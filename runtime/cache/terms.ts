import CachePolicy from 'http-cache-semantics'
import type { CacheSettings } from '../../sdk/policies/cache.js'
import { type Directives, readCacheControl, secondsOf } from './cache-control.js'
import { fieldsOf, httpDate, listOf } from './header-lines.js'

/**
 * On what terms a response may be kept and given again; times in milliseconds. Ages are told by the steady clock: a step of the calendar makes
 * nothing stale, and nothing fresh for longer.
 */
export interface Terms {
  /** When it came, on the steady clock. */
  readonly received: number
  /** Its age when it came (RFC 9111 section 4.2.3). */
  readonly initialAge: number
  /** How old it may be and still count as fresh; 0 if it must always be validated. */
  readonly lifetime: number
  /** How long after that it may be given while it is fetched anew, and if the upstream fails (RFC 5861). */
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  /** True if the upstream lets callers with credentials share it. */
  readonly shareable: boolean
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  /** Names of the request headers that it varies by. */
  readonly vary: readonly string[]
}

/** A response as it came, and when. */
export interface Arrival {
  readonly status: number
  readonly headers: readonly string[]
  /** When it was asked for and when it came, on the steady clock. */
  readonly asked: number
  readonly received: number
  /** When it came by the calendar, in milliseconds since 1970: what its own dates are compared with. */
  readonly wall: number
}

type Fields = ReadonlyMap<string, string>

/** Statuses that `ttl` is for: an error is stored only where the upstream says so, since a caller may have caused it. */
const TTL_STATUSES = new Set([200, 203, 204, 300, 301, 308])
/** Longest text of a response's Vary that is looked at. */
const MOST_VARY = 8

/** The names of `Vary`, or undefined if one is not allowed. A coded body without any differs by the coding all the same. */
function varyOf(fields: Fields, allowed: readonly string[]): readonly string[] | undefined {
  const names = new Set(listOf(fields.get('vary')))
  if (fields.has('content-encoding')) names.add('accept-encoding')
  const fits = names.size <= MOST_VARY && [...names].every((name) => allowed.includes(name))
  return fits ? [...names].sort() : undefined
}

/** The upstream's own freshness in milliseconds, by `http-cache-semantics`; undefined if it must not be stored. */
function statedLifetime({ status }: Arrival, fields: Fields, directives: Directives, date: number): number | undefined {
  const [shared, own] = [secondsOf(directives, 's-maxage'), secondsOf(directives, 'max-age')]
  // One plain value for each directive: of several the library takes the last, and of `1e9` the 1.
  const control = [
    ...['no-store', 'private', 'no-cache', 'public'].filter((name) => directives.has(name)),
    ...(shared === undefined ? [] : [`s-maxage=${shared}`]),
    ...(own === undefined ? [] : [`max-age=${own}`]),
  ].join(', ')
  const expires = fields.get('expires')
  const policy = new CachePolicy(
    { method: 'GET', headers: {} },
    {
      status,
      headers: {
        'cache-control': control,
        date: new Date(date).toUTCString(),
        // What is no date lies in the past (RFC 9111 section 5.3).
        ...(expires === undefined ? {} : { expires: httpDate(expires) === undefined ? new Date(0).toUTCString() : expires }),
      },
    },
    { shared: true, cacheHeuristic: 0 },
  )
  return policy.storable() ? policy.maxAge() * 1_000 : undefined
}

const isStated = (fields: Fields, directives: Directives) =>
  fields.has('expires') || directives.has('max-age') || directives.has('s-maxage')

/** Age when it came: by `Date`, or by the upstream's own `Age` and the time it took, whichever is more. */
function initialAgeOf(fields: Fields, { asked, received, wall }: Arrival, date: number): number {
  const given = /^\s*(\d{1,10})\s*(?:,|$)/.exec(fields.get('age') ?? '')
  return Math.max(0, wall - date, (given ? Number(given[1]) * 1_000 : 0) + received - asked)
}

/** How long it may be given when stale; never against `no-cache`, `must-revalidate` or `proxy-revalidate` (RFC 9111 section 4.2.4). */
function staleTimes(directives: Directives, settings: CacheSettings): Pick<Terms, 'staleWhileRevalidate' | 'staleIfError'> {
  const forbidden = ['no-cache', 'must-revalidate', 'proxy-revalidate'].some((name) => directives.has(name))
  const time = (name: string, configured: number | undefined) => {
    const stated = secondsOf(directives, name)
    if (forbidden) return 0
    if (stated !== undefined) return stated * 1_000
    // `s-maxage` forbids it too, unless the upstream itself allows it.
    return directives.has('s-maxage') ? 0 : (configured ?? 0)
  }
  return {
    staleWhileRevalidate: time('stale-while-revalidate', settings.staleWhileRevalidate),
    staleIfError: time('stale-if-error', settings.staleIfError),
  }
}

function controlOf(fields: Fields): Directives | undefined {
  const { directives, wellFormed } = readCacheControl(fields.get('cache-control'))
  if (!wellFormed) return undefined
  const legacy = !fields.has('cache-control') && /no-cache/i.test(fields.get('pragma') ?? '')
  return legacy ? new Map([['no-cache', ['']]]) : directives
}

/**
 * The terms of a response to a GET, or undefined if it is not to be stored (RFC 9111 section 3): forbidden, not understood, varying by what
 * the settings do not allow, with cookies, or of no use since it is stale at once and cannot be validated.
 */
export function termsOf(arrival: Arrival, settings: CacheSettings): Terms | undefined {
  const fields = fieldsOf(arrival.headers)
  const directives = controlOf(fields)
  const vary = varyOf(fields, settings.vary)
  if (!directives || !vary || (settings.setCookie === 'skip' && fields.has('set-cookie'))) return undefined
  const date = httpDate(fields.get('date')) ?? arrival.wall
  const stated = statedLifetime(arrival, fields, directives, date)
  if (stated === undefined) return undefined
  const noCache = directives.has('no-cache')
  const explicit = isStated(fields, directives)
  const chosen = TTL_STATUSES.has(arrival.status) ? settings.ttl : undefined
  const lifetime = noCache ? 0 : explicit && !(settings.override && chosen !== undefined) ? stated : chosen
  if (lifetime === undefined) return undefined
  const terms: Terms = {
    received: arrival.received,
    initialAge: initialAgeOf(fields, arrival, date),
    lifetime,
    ...staleTimes(directives, settings),
    shareable: directives.has('public') || directives.has('s-maxage'),
    etag: fields.get('etag'),
    lastModified: httpDate(fields.get('last-modified')) === undefined ? undefined : fields.get('last-modified'),
    vary,
  }
  return isOfUse(terms) ? terms : undefined
}

function isOfUse({ lifetime, initialAge, staleWhileRevalidate, staleIfError, etag, lastModified }: Terms): boolean {
  return lifetime > initialAge || staleWhileRevalidate > 0 || staleIfError > 0 || etag !== undefined || lastModified !== undefined
}

/** Age at a moment of the steady clock, in milliseconds. */
export const ageAt = ({ initialAge, received }: Terms, now: number): number => initialAge + Math.max(0, now - received)

/** Milliseconds of freshness left at a moment; negative once it is stale. */
export const freshFor = (terms: Terms, now: number): number => terms.lifetime - ageAt(terms, now)
