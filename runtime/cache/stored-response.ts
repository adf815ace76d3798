import type { CapturedResponse } from '../../sdk/index.js'
import type { CacheSettings } from '../../sdk/policies/cache.js'
import { fieldsOf } from './header-lines.js'
import { type Arrival, type Terms, termsOf } from './terms.js'

/** A response in the store. */
export interface StoredResponse {
  readonly terms: Terms
  readonly status: number
  /** Flat lines without those that each answer gets anew. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
  /** When it was asked for, on the steady clock; what was purged later is gone. */
  readonly asked: number
  /** What it can be purged by. */
  readonly tags: readonly string[]
}

/** Fields that are made anew for each answer, or are one caller's alone. */
const NOT_KEPT = new Set(['age', 'content-length', 'set-cookie', 'set-cookie2'])
/** Fields of a 304 that say nothing of the stored body (RFC 9111 section 3.2). */
const NOT_RENEWED = new Set(['content-encoding', 'content-length', 'content-range', 'content-type', 'vary'])
/** Tags of one response, at most; each is a look-up when something was purged. */
const MOST_TAGS = 64

const nameAt = (lines: readonly string[], index: number) => (lines[index - (index % 2)] as string).toLowerCase()

/** What a response can be purged by beside its own tags. */
export interface Place {
  readonly path: string
  readonly routeId: string
}

function tagsOf(headers: readonly string[], { path, routeId }: Place, tagHeader: string): string[] {
  const own = (fieldsOf(headers).get(tagHeader) ?? '').split(/[\s,]+/).filter((tag) => tag !== '')
  return [`path:${path}`, `route:${routeId}`, ...new Set(own.slice(0, MOST_TAGS).map((tag) => `tag:${tag}`))]
}

/** Makes what is stored of a response; undefined if its terms do not allow it. */
export function storedResponse(
  { status, headers, body }: CapturedResponse,
  times: Pick<Arrival, 'asked' | 'received' | 'wall'>,
  place: Place,
  settings: CacheSettings,
): StoredResponse | undefined {
  const terms = termsOf({ status, headers, ...times }, settings)
  return (
    terms && {
      terms,
      status,
      headers: headers.filter((_, index) => !NOT_KEPT.has(nameAt(headers, index))),
      body,
      asked: times.asked,
      tags: tagsOf(headers, place, settings.tagHeader),
    }
  )
}

/** The lines of a stored response with those of a 304 in their place (RFC 9111 section 3.2); without a `Date` it is of the time it comes. */
export function renewedHeaders(stored: readonly string[], fresh: readonly string[]): string[] {
  const lines = fresh.filter((_, index) => !NOT_RENEWED.has(nameAt(fresh, index)))
  const names = new Set(['date', ...lines.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())])
  return [...stored.filter((_, index) => !names.has(nameAt(stored, index))), ...lines]
}
