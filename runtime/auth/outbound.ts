import { setMaxListeners } from 'node:events'
import type { Resource, Services } from '../services.js'
import { type BoundedRequest, type Fetched, fetchBounded } from './fetch-bounded.js'

/** Requests of the gateway's own to services that help to authenticate; those under way end with the gateway. */
export class Outbound implements Resource {
  readonly #closing = new AbortController()

  constructor() {
    setMaxListeners(0, this.#closing.signal)
  }

  /** Sends a request; never rejects. */
  fetch(request: BoundedRequest): Promise<Fetched> {
    return fetchBounded(request, globalThis.fetch, this.#closing.signal)
  }

  close(): void {
    this.#closing.abort()
  }
}

/** The one way out, shared by all auths that ask a service. */
export function outboundOf({ keep }: Pick<Services, 'keep'>): Outbound {
  return keep('outbound', () => new Outbound())
}
