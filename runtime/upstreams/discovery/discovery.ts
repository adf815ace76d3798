import type { TargetSourceSettings } from '../../../sdk/discovery.js'
import type { UpstreamSettings } from '../../../sdk/upstream.js'
import type { HealthDeps } from '../health.js'
import { DiscoverFeed } from './discover-feed.js'
import { DnsFeed } from './dns-feed.js'
import type { Feed, FeedSink } from './feed.js'
import { FileFeed } from './file-feed.js'
import { type FoundTarget, identityOf } from './found-target.js'

/**
 * Opens what finds an upstream's targets; it is silent until it is started.
 * @throws ConfigError GW1908 where a file of targets cannot be used
 */
export function openFeed(upstream: string, source: TargetSourceSettings, rules: UpstreamSettings, deps: HealthDeps): Feed {
  if (source.from === 'dns') return new DnsFeed(source, deps)
  return source.from === 'file' ? new FileFeed(upstream, source.file, rules) : new DiscoverFeed(source.discover, rules, deps)
}

/** Keeps the last good list of an upstream's targets, and gives it up when it is older than it may be. */
export class Discovery implements FeedSink {
  /** Resolves with the first list or the first failure. */
  readonly known: Promise<void>
  readonly #upstream: string
  readonly #source: TargetSourceSettings
  readonly #feed: Feed
  readonly #deps: HealthDeps
  readonly #use: (targets: readonly FoundTarget[]) => void
  #answered: () => void = () => undefined
  #text = ''
  #failing: string | undefined
  #expiry: NodeJS.Timeout | undefined

  /** `use` takes each list that differs from the one before. */
  constructor(
    upstream: string,
    source: TargetSourceSettings,
    feed: Feed,
    deps: HealthDeps,
    use: (targets: readonly FoundTarget[]) => void,
  ) {
    this.#upstream = upstream
    this.#source = source
    this.#feed = feed
    this.#deps = deps
    this.#use = use
    this.known = new Promise((resolve) => {
      this.#answered = resolve
    })
  }

  start(): void {
    this.#feed.start(this)
  }

  found(targets: readonly FoundTarget[]): void {
    const { log, count } = this.#deps
    const upstream = this.#upstream
    clearTimeout(this.#expiry)
    this.#expiry = undefined
    if (this.#failing !== undefined) log.info({ upstream, from: this.#source.from }, 'targets are found again')
    this.#failing = undefined
    const text = JSON.stringify(targets)
    if (text !== this.#text) {
      this.#text = text
      this.#use(targets)
      count('gatewright_discovery_changes_total', { upstream })
      log.info({ upstream, from: this.#source.from, targets: targets.map(urlOf) }, 'targets of the upstream')
    }
    this.#answered()
  }

  failed(reason: string): void {
    const { log, count } = this.#deps
    const upstream = this.#upstream
    count('gatewright_discovery_failures_total', { upstream })
    if (reason !== this.#failing)
      log.warn({ upstream, from: this.#source.from, reason }, 'targets cannot be found; the last ones stay in use')
    this.#failing = reason
    this.#expireLater()
    this.#answered()
  }

  close(): void {
    clearTimeout(this.#expiry)
    this.#feed.close()
    this.#answered()
  }

  /** Counted from the first failure: until then the list was as good as new. */
  #expireLater(): void {
    const { stale } = this.#source.from === 'file' ? { stale: Number.POSITIVE_INFINITY } : this.#source
    if (this.#expiry !== undefined || this.#text === '' || stale === Number.POSITIVE_INFINITY) return
    this.#expiry = setTimeout(() => {
      this.#text = ''
      this.#deps.log.error({ upstream: this.#upstream, staleMs: stale }, 'targets are too old to be used')
      this.#use([])
    }, stale)
    this.#expiry.unref()
  }
}

const urlOf = (found: FoundTarget) => identityOf(found).split('\0', 1)[0] as string
