import type { ResolvedUpstream } from '../../sdk/resolved.js'
import type { UpstreamSettings } from '../../sdk/upstream.js'
import type { TargetBonds } from './balance/target-bonds.js'
import { TargetChoice } from './balance/target-choice.js'
import { Breakers } from './breaker/breakers.js'
import { type Bulkhead, createBulkhead } from './bulkhead/bulkhead.js'
import { compileTls } from './compile-tls.js'
import { createTarget } from './create-target.js'
import { Discovery, openFeed } from './discovery/discovery.js'
import type { Feed } from './discovery/feed.js'
import type { FoundTarget } from './discovery/found-target.js'
import { Members } from './discovery/members.js'
import { OutlierEjection } from './ejection/outlier-ejection.js'
import { type HealthDeps, TargetHealth } from './health.js'
import { StartGate } from './start-gate.js'
import type { AttemptListener, AttemptResult, ChoiceSubject, Target, UpstreamPool } from './target.js'
import type { UpstreamTls, UpstreamTlsDeps } from './tls/upstream-tls.js'

/** What a pool needs of its surroundings. */
export interface UpstreamPoolDeps extends Omit<HealthDeps, 'random'>, UpstreamTlsDeps {
  /** Numbers from 0 up to 1, for jitter and the choice of targets. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  /** How long `close` waits for requests in flight before it cuts them; milliseconds. Default 30,000. */
  readonly closeWithin?: number | undefined
}

class TargetPool implements UpstreamPool {
  readonly name: string
  readonly breakers: Breakers | undefined
  readonly bulkhead: Bulkhead | undefined
  readonly bonds: TargetBonds | undefined
  readonly warmsWithin: number | undefined
  readonly #deps: HealthDeps
  readonly #members: Members
  readonly #choice: TargetChoice
  readonly #listeners: readonly AttemptListener[]
  readonly #health: UpstreamSettings['health']
  readonly #checks = new Map<Target, TargetHealth>()
  readonly #closeWithin: number
  readonly #tls: UpstreamTls
  readonly #ejection: OutlierEjection | undefined
  readonly #discovery: Discovery | undefined
  readonly #gate: StartGate | undefined
  #closing: Promise<void> | undefined

  constructor(upstream: ResolvedUpstream, given: UpstreamPoolDeps) {
    const { name, settings } = upstream
    const { targets, ejection, start } = settings
    const deps = { ...given, random: given.random ?? Math.random }
    this.name = name
    this.#deps = deps
    this.#health = settings.health
    this.#closeWithin = deps.closeWithin ?? 30_000
    const feed = Array.isArray(targets) ? undefined : openFeed(name, targets, settings, deps)
    this.#tls = compileTls(upstream, deps)
    this.#members = new Members(
      (found) => createTarget(found, settings, deps.clock, this.#tls),
      (target) => this.#retire(target),
    )
    const breakers = settings.breaker && new Breakers(name, settings.breaker, deps)
    this.breakers = breakers
    this.bulkhead = createBulkhead(name, settings, deps)
    this.#choice = new TargetChoice(name, settings, { ...deps, admitting: breakers && ((usable) => breakers.usable(usable)) })
    this.bonds = this.#choice.bonds
    // A single target would never be ejected.
    const several = !Array.isArray(targets) || targets.length > 1
    if (ejection && several) this.#ejection = new OutlierEjection(name, ejection, deps, () => this.#refresh())
    this.#listeners = [this.#choice.report, this.#ejection?.report].filter((listener) => listener !== undefined)
    this.warmsWithin = start > 0 ? Number.POSITIVE_INFINITY : undefined
    if (start > 0) this.#gate = new StartGate(name, start, () => this.#hasHealthy(), deps)
    if (Array.isArray(targets)) this.#take(targets)
    else this.#discovery = new Discovery(name, targets, feed as Feed, deps, (found) => this.#take(found))
    this.#discovery?.start()
  }

  get targets(): readonly Target[] {
    return this.#members.targets
  }

  get serving(): readonly Target[] {
    return this.#members.serving
  }

  get discovers(): boolean {
    return this.#discovery !== undefined
  }

  isEjected(target: Target): boolean {
    return this.#ejection?.isEjected(target) ?? false
  }

  pick(except?: Target | readonly Target[], subject?: ChoiceSubject): Target | undefined {
    return this.#choice.pick(except === undefined || !('url' in except) ? except : [except], subject)
  }

  report(target: Target, result: AttemptResult, status: number, latency: number): void {
    for (const listener of this.#listeners) listener(target, result, status, latency)
  }

  reportUnreachable(target: Target): void {
    this.#checks.get(target)?.reportUnreachable()
  }

  async warm(): Promise<void> {
    await this.#discovery?.known
    await Promise.all([...this.#checks.values()].map((check) => check.known))
    await this.#gate?.opened
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #take(found: readonly FoundTarget[]): void {
    const before = new Set(this.targets)
    const { joined, left, reweighed } = this.#members.replace(found)
    for (const target of left) {
      this.#checks.get(target)?.close()
      this.#checks.delete(target)
      this.#tell(target, 'left')
    }
    for (const [target, weight] of reweighed) this.#choice.reweigh(target, weight)
    // Until it is known to be well a target that comes later gets nothing, unless there is no other.
    const isSpare = this.targets.some((target) => target.healthy && before.has(target))
    for (const target of joined) this.#welcome(target, isSpare)
    this.#ejection?.follow(this.targets)
    this.#refresh()
  }

  #welcome(target: Target, isSpare: boolean): void {
    if (this.#discovery) this.#tell(target, 'joined')
    const health = this.#health
    if (!health) return
    target.healthy = !isSpare
    const changes = {
      changed: () => this.#refresh(),
      probed: () => this.#gate?.look(),
      well: () => this.#ejection?.restore(target),
    }
    this.#checks.set(target, new TargetHealth(target, this.name, health, this.#deps, changes))
  }

  #hasHealthy(): boolean {
    return this.targets.some((target) => target.healthy && (this.#checks.get(target)?.isKnown ?? true))
  }

  #tell(target: Target, change: 'joined' | 'left'): void {
    this.#deps.tell?.({ upstream: this.name, target: target.url, change })
  }

  #refresh(): void {
    const healthy = this.targets.filter((target) => target.healthy)
    const usable = healthy.filter((target) => !this.#ejection?.isEjected(target))
    // An ejected target may still answer some requests, where those that are down answer none.
    this.#choice.refresh(this.targets, usable.length > 0 ? usable : healthy)
    this.#gate?.look()
  }

  /** Lets the requests of a target that left end, as long as they take. */
  async #retire(target: Target): Promise<void> {
    await target.dispatcher.close().catch(() => undefined)
    if (this.targets.some(({ url }) => url === target.url)) return
    this.#deps.forgetTarget?.(this.name, target.url)
    if (!this.targets.some(({ origin }) => origin.origin === target.origin.origin)) this.#tls.forget(target.origin.origin)
  }

  async #close(): Promise<void> {
    this.#discovery?.close()
    this.#gate?.close()
    this.#ejection?.close()
    for (const check of this.#checks.values()) check.close()
    await Promise.all(this.serving.map((target) => closeDispatcher(target, this.#closeWithin)))
    this.#tls.close()
  }
}

/** Lets requests in flight end, and cuts those that have not after `within` milliseconds. */
async function closeDispatcher({ dispatcher }: Target, within: number): Promise<void> {
  const cut = setTimeout(() => void dispatcher.destroy().catch(() => undefined), within)
  cut.unref()
  await dispatcher.close().catch(() => undefined)
  clearTimeout(cut)
}

/**
 * Opens an upstream: what finds its targets, a connection pool for each of them, a balancer over the healthy ones, and health
 * checks where they are configured. A target counts as healthy until its first probe says otherwise; one that joins others that are
 * healthy does so with its first good probe.
 * @throws ConfigError GW1907, GW1641 or GW1908 where files that it names cannot be used
 */
export function createUpstreamPool(upstream: ResolvedUpstream, deps: UpstreamPoolDeps): UpstreamPool {
  return new TargetPool(upstream, deps)
}
