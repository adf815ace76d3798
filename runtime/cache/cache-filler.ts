import type { CapturedResponse, Reply, UpstreamOutcome } from '../../sdk/index.js'
import type { CacheSettings } from '../../sdk/policies/cache.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Services } from '../services.js'
import { addCacheStatus, type Forwarded } from './cache-status.js'
import { replyOf } from './conditions.js'
import type { Lead } from './flights.js'
import { fieldsOf } from './header-lines.js'
import { hasCredentials } from './request-rules.js'
import type { ResponseStore } from './response-store.js'
import { canBeValidated, isFailure, validationEdits } from './revalidation.js'
import { renewedHeaders, type StoredResponse, storedResponse } from './stored-response.js'
import { ageAt, freshFor, type Terms, termsOf } from './terms.js'

/** One request to the upstream: what it may fill or confirm, and who waits for it. */
export interface Fetch {
  readonly exchange: GatewayExchange
  /** The key before any variant. */
  readonly base: string
  /** Where the stale response stands. */
  readonly key: string
  readonly stale: StoredResponse | undefined
  readonly lead: Lead | undefined
  readonly forwarded: Forwarded
}

/** When a response was asked for and when it came, on the steady clock, and when that was by the calendar. */
interface Times {
  readonly asked: number
  readonly received: number
  readonly wall: number
}

/** Takes responses from the upstream into the store. */
export class CacheFiller {
  readonly #settings: CacheSettings
  readonly #services: Services
  readonly #store: ResponseStore
  /** True where callers are told apart by the key, or need not be. */
  readonly #isolated: boolean

  constructor(settings: CacheSettings, services: Services, store: ResponseStore, isolated: boolean) {
    this.#settings = settings
    this.#services = services
    this.#store = store
    this.#isolated = isolated
  }

  get #now(): number {
    return this.#services.clock.now()
  }

  #times(asked: number): Times {
    return { asked, received: this.#now, wall: this.#services.clock.wall() }
  }

  /** Lets a request pass upstream: on a condition, if there is something to confirm. */
  watch(fetch: Fetch): void {
    const { exchange, stale, lead } = fetch
    const asked = this.#now
    if (stale && canBeValidated(stale)) {
      for (const { name, value } of validationEdits(stale)) {
        if (value === undefined) exchange.removeRequestHeader(name)
        else exchange.setRequestHeader(name, value)
      }
    }
    exchange.onUpstream((outcome) => this.#onUpstream(fetch, outcome, this.#times(asked)))
    if (!lead) return
    exchange.onFinish(() => lead.pass(false))
    // A client that left while it waited is past the end of its exchange, which nothing will report again.
    if (exchange.gone) lead.pass(false)
  }

  #onUpstream(fetch: Fetch, outcome: UpstreamOutcome, times: Times): Reply | undefined {
    const { exchange, stale, lead, forwarded } = fetch
    if (stale && outcome.status === 304 && canBeValidated(stale)) return this.#confirm(fetch, stale, outcome.headers, times)
    const failed = outcome.problem !== undefined || isFailure(outcome.status)
    if (failed && stale && freshFor(stale.terms, times.received) > -stale.terms.staleIfError) {
      lead?.land(stale)
      return this.#give(exchange, stale, 'stale_error', forwarded, outcome.status)
    }
    this.count('miss')
    const stored = outcome.problem === undefined && this.#capture(fetch, outcome.status, outcome.headers, times)
    addCacheStatus(exchange, { forwarded, stored })
    if (failed) lead?.pass(true)
    else if (!stored) lead?.disperse()
    return undefined
  }

  /** The upstream says that a stored response still holds (RFC 9111 section 4.3.4). */
  #confirm(fetch: Fetch, stale: StoredResponse, headers: readonly string[], times: Times): Reply {
    const renewed = this.#renew(fetch, stale, headers, times)
    return this.#give(fetch.exchange, renewed ?? stale, 'revalidated', fetch.forwarded, 304)
  }

  #give(exchange: GatewayExchange, stored: StoredResponse, outcome: string, forwarded: Forwarded, status: number | undefined): Reply {
    const now = this.#now
    this.count(outcome)
    addCacheStatus(exchange, { forwarded, status, freshFor: freshFor(stored.terms, now) })
    return replyOf(exchange, stored, ageAt(stored.terms, now))
  }

  /** Stores a response whose body a 304 confirmed. */
  #renew(fetch: Fetch, stale: StoredResponse, headers: readonly string[], times: Times): StoredResponse | undefined {
    const whole = { status: stale.status, headers: renewedHeaders(stale.headers, headers), body: stale.body }
    return this.#keep(fetch, whole, times)
  }

  #mayKeep(exchange: GatewayExchange, terms: Terms): boolean {
    return this.#isolated || terms.shareable || !hasCredentials(exchange)
  }

  /** Stores a response and gives it to those who wait; or, if it may not be kept, takes away what it replaces. */
  #keep({ exchange, base, key, stale, lead }: Fetch, response: CapturedResponse, times: Times): StoredResponse | undefined {
    const made = storedResponse(response, times, exchange, this.#settings)
    const stored = made && this.#mayKeep(exchange, made.terms) ? made : undefined
    if (stored) {
      this.#store.put(base, exchange, stored)
      lead?.land(stored)
    } else {
      if (stale) this.#store.drop(key)
      lead?.disperse()
    }
    return stored
  }

  /** Has a response captured if it may be stored; false if it may not. */
  #capture(fetch: Fetch, status: number, headers: readonly string[], times: Times): boolean {
    const { exchange, key, stale, lead } = fetch
    const terms = termsOf({ status, headers, ...times }, this.#settings)
    const length = Number(fieldsOf(headers).get('content-length') ?? 0)
    if (!terms || length > this.#settings.maxBody || !this.#mayKeep(exchange, terms)) {
      // Another answer than before holds instead of it, unless the upstream only failed.
      if (stale && !isFailure(status)) this.#store.drop(key)
      return false
    }
    const done = (response: CapturedResponse | undefined) => {
      if (response) this.#keep(fetch, response, times)
      // Cut short, by either side, or too long to keep: the next finds out for the others.
      else lead?.pass(!exchange.gone)
    }
    // Those who wait are not held up by one client that takes its time.
    exchange.captureResponse(this.#settings.maxBody, done, { unpaced: lead !== undefined })
    return true
  }

  /** Fetches a stale response anew, apart from its request, while it is still given (RFC 5861 section 3). */
  refresh(fetch: Fetch, stale: StoredResponse): void {
    const asked = this.#now
    const { exchange, lead } = fetch
    const { maxBody } = this.#settings
    this.#services.fetchUpstream(exchange, { method: 'GET', edits: validationEdits(stale), limit: maxBody }).then(
      (response) => {
        const times = this.#times(asked)
        if (response.status === 304 && canBeValidated(stale)) this.#renew(fetch, stale, response.headers, times)
        else if (isFailure(response.status)) lead?.pass(true)
        else this.#keep(fetch, { ...response, status: exchange.route?.mapStatus?.get(response.status) ?? response.status }, times)
      },
      () => lead?.pass(true),
    )
  }

  count(outcome: string): void {
    this.#services.count('gatewright_cache_requests_total', { outcome })
  }
}
