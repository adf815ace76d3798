import { promises as dns } from 'node:dns'
import type { DnsSettings } from '../../../sdk/discovery.js'
import { type Feed, type FeedDeps, type FeedSink, reasonOf, waitAfter } from './feed.js'
import { resolveTargets } from './resolve-targets.js'

/** How often one name server is asked before the answer counts as missing. */
const TRIES = 2

/** Asks for a name again each time its TTL is over, within `minTtl` and `maxTtl`. */
export class DnsFeed implements Feed {
  readonly #source: DnsSettings
  readonly #deps: FeedDeps
  readonly #resolver: dns.Resolver
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #closed = false

  constructor(source: DnsSettings, deps: FeedDeps) {
    this.#source = source
    this.#deps = deps
    this.#resolver = new dns.Resolver({ timeout: source.timeout, tries: TRIES })
    if (source.servers) this.#resolver.setServers(source.servers)
  }

  start(sink: FeedSink): void {
    void this.#ask(sink)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#resolver.cancel()
  }

  async #ask(sink: FeedSink): Promise<void> {
    const wait = await this.#answer(sink)
    if (this.#closed) return
    this.#timer = setTimeout(() => void this.#ask(sink), wait)
    this.#timer.unref()
  }

  /** Asks once; resolves to the time until it is asked again. */
  async #answer(sink: FeedSink): Promise<number> {
    const { minTtl, maxTtl } = this.#source
    try {
      const { targets, ttl } = await resolveTargets(this.#source, this.#resolver)
      if (targets.length === 0) return this.#failed('the answer has no address', sink)
      if (this.#closed) return 0
      this.#failures = 0
      sink.found(targets)
      return Math.min(Math.max(ttl === undefined ? maxTtl : ttl * 1_000, minTtl), maxTtl)
    } catch (error) {
      return this.#failed(reasonOf(error), sink)
    }
  }

  #failed(reason: string, sink: FeedSink): number {
    this.#failures++
    if (!this.#closed) sink.failed(reason)
    return waitAfter(this.#failures, this.#source.maxTtl, this.#deps.random)
  }
}
