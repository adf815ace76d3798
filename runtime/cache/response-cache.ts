import type { Reply } from '../../sdk/index.js'
import type { CacheSettings } from '../../sdk/policies/cache.js'
import type { Clock } from '../clock.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Services } from '../services.js'
import { CacheFiller, type Fetch } from './cache-filler.js'
import { addCacheStatus, type Forwarded } from './cache-status.js'
import { asksIfChanged, replyOf } from './conditions.js'
import { Flights, Lead, type Turn } from './flights.js'
import type { PurgeTimes } from './purge-times.js'
import { hasCredentials, noDirectives, type RequestDirectives, requestDirectives } from './request-rules.js'
import type { Found, ResponseStore } from './response-store.js'
import { canBeValidated } from './revalidation.js'
import type { StoredResponse } from './stored-response.js'
import { ageAt, freshFor } from './terms.js'

/** A request that the store may answer. */
interface Question {
  readonly exchange: GatewayExchange
  /** Its key before any variant. */
  readonly base: string
  readonly directives: RequestDirectives
  /** Times that it waited for another. */
  waits: number
}

type Answer = Reply | undefined | Promise<Reply | undefined>

/** Most waits of one request; responses whose variants keep changing would hold it up. */
const MOST_WAITS = 3

/** Answers requests from stored responses, and lets the others pass upstream (RFC 9111 section 4). */
export class ResponseCache {
  readonly #settings: CacheSettings
  readonly #clock: Clock
  readonly #store: ResponseStore
  readonly #purges: PurgeTimes
  readonly #flights: Flights
  readonly #filler: CacheFiller
  /** True where callers are told apart by the key, or need not be. */
  readonly #isolated: boolean

  constructor(settings: CacheSettings, services: Services, store: ResponseStore, purges: PurgeTimes) {
    this.#settings = settings
    this.#clock = services.clock
    this.#store = store
    this.#purges = purges
    this.#flights = new Flights(() => services.clock.now())
    this.#isolated = settings.public || settings.key.length > 0
    this.#filler = new CacheFiller(settings, services, store, this.#isolated)
  }

  /** Answers a request, or watches what comes of it upstream. */
  answer(exchange: GatewayExchange, base: string): Answer {
    const directives = this.#settings.requestDirectives ? requestDirectives(exchange) : noDirectives()
    return this.#look({ exchange, base, directives, waits: 0 })
  }

  #look(question: Question): Answer {
    const found = this.#store.find(question.base, question.exchange)
    return found instanceof Promise ? found.then((one) => this.#decide(question, one)) : this.#decide(question, found)
  }

  #decide(question: Question, { key, stored }: Found): Answer {
    const { exchange, base, directives } = question
    const now = this.#clock.now()
    const usable = stored && this.#mayGive(exchange, stored) ? stored : undefined
    const accepted = usable !== undefined && directives.accepts(usable.terms, now)
    const left = usable ? freshFor(usable.terms, now) : 0
    if (usable && accepted && left > 0) return this.#give(exchange, usable, 'hit')
    // A refresh apart from any request is not transformed.
    if (usable && accepted && left > -usable.terms.staleWhileRevalidate && !exchange.route?.mapResponse) {
      const lead = this.#flights.start(key)
      if (lead) this.#filler.refresh({ exchange, base, key, stale: usable, lead, forwarded: 'stale' }, usable)
      return this.#give(exchange, usable, 'stale')
    }
    directives.checkFetch()
    const forwarded = !usable ? 'uri-miss' : accepted ? 'stale' : 'request'
    // A HEAD fills nothing, and no-store asks that this request does not either.
    if (exchange.method === 'HEAD' || directives.noStore) return this.#pass(exchange, forwarded)
    return this.#collapse(question, { exchange, base, key, stale: usable, lead: undefined, forwarded })
  }

  /** Nothing that was purged, and to callers with credentials only what the upstream lets them share. */
  #mayGive(exchange: GatewayExchange, stored: StoredResponse): boolean {
    return !this.#purges.covers(stored) && (this.#isolated || stored.terms.shareable || !hasCredentials(exchange))
  }

  #give(exchange: GatewayExchange, stored: StoredResponse, outcome: string, forwarded?: Forwarded): Reply {
    const now = this.#clock.now()
    this.#filler.count(outcome)
    addCacheStatus(exchange, { forwarded, freshFor: freshFor(stored.terms, now), collapsed: forwarded !== undefined })
    return replyOf(exchange, stored, ageAt(stored.terms, now))
  }

  #pass(exchange: GatewayExchange, forwarded: Forwarded): undefined {
    this.#filler.count('miss')
    addCacheStatus(exchange, { forwarded })
    return undefined
  }

  #collapse(question: Question, fetch: Fetch): Answer {
    const { exchange, key, stale } = fetch
    const collapses = this.#settings.collapse && question.waits < MOST_WAITS
    // What callers with credentials get is often nobody else's; the others need not learn that from them.
    const flight = this.#isolated || !hasCredentials(exchange) ? key : `${key}\ncredentials`
    const turn = collapses ? this.#flights.join(flight, exchange) : undefined
    if (turn) return turn.then((came) => this.#onTurn(question, fetch, came))
    // A caller that may get a 304 has nothing to give to those who wait, unless the gateway's own condition takes the place of its own.
    const leads = collapses && (!asksIfChanged(exchange) || (stale !== undefined && canBeValidated(stale)))
    this.#filler.watch({ ...fetch, lead: leads ? this.#flights.start(flight) : undefined })
    return undefined
  }

  #onTurn(question: Question, fetch: Fetch, turn: Turn): Answer {
    const { exchange, base } = question
    question.waits++
    if (turn === 'alone' || turn instanceof Lead) {
      this.#filler.watch({ ...fetch, lead: turn === 'alone' ? undefined : turn })
      return undefined
    }
    const own = this.#store.peek(base, exchange)
    // Only its own variant, and nothing that was purged while it waited.
    if (own.stored !== turn || !this.#mayGive(exchange, turn)) return this.#look(question)
    return this.#give(exchange, turn, 'collapsed', fetch.forwarded)
  }
}
