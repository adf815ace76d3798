import type { ResolvedUpstream } from '../../sdk/resolved.js'
import type { TargetBonds } from './balance/target-bonds.js'
import { TargetChoice } from './balance/target-choice.js'
import { Breakers } from './breaker/breakers.js'
import { type Bulkhead, createBulkhead } from './bulkhead/bulkhead.js'
import { compileTls } from './compile-tls.js'
import { createTarget } from './create-target.js'
import { OutlierEjection } from './ejection/outlier-ejection.js'
import { type HealthDeps, TargetHealth } from './health.js'
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
  readonly targets: readonly Target[]
  readonly breakers: Breakers | undefined
  readonly bulkhead: Bulkhead | undefined
  readonly bonds: TargetBonds | undefined
  readonly #choice: TargetChoice
  readonly #listeners: readonly AttemptListener[]
  readonly #checks: ReadonlyMap<Target, TargetHealth>
  readonly #closeWithin: number
  readonly #tls: UpstreamTls
  readonly #ejection: OutlierEjection | undefined
  #closing: Promise<void> | undefined

  constructor(upstream: ResolvedUpstream, deps: UpstreamPoolDeps) {
    const { name, settings } = upstream
    const random = deps.random ?? Math.random
    const { health, ejection } = settings
    const refresh = () => this.#refresh()
    const watching = { ...deps, random }
    this.name = name
    this.#tls = compileTls(upstream, deps)
    this.targets = settings.targets.map((target) => createTarget(target, settings, deps.clock, this.#tls))
    const breakers = settings.breaker && new Breakers(name, settings.breaker, deps)
    this.breakers = breakers
    this.bulkhead = createBulkhead(name, settings, { ...deps, random })
    this.#choice = new TargetChoice(name, settings, { ...deps, random, admitting: breakers && ((targets) => breakers.usable(targets)) })
    this.#choice.refresh(this.targets, this.targets)
    this.bonds = this.#choice.bonds
    this.#closeWithin = deps.closeWithin ?? 30_000
    // A single target would never be ejected.
    if (ejection && this.targets.length > 1) this.#ejection = new OutlierEjection(name, this.targets, ejection, watching, refresh)
    this.#listeners = [this.#choice.report, this.#ejection?.report].filter((listener) => listener !== undefined)
    const changes = { changed: refresh, well: (target: Target) => this.#ejection?.restore(target) }
    const watch = health && ((target: Target) => new TargetHealth(target, name, health, watching, changes))
    this.#checks = new Map(watch ? this.targets.map((target) => [target, watch(target)]) : [])
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
    await Promise.all([...this.#checks.values()].map((check) => check.known))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #refresh(): void {
    const healthy = this.targets.filter((target) => target.healthy)
    const usable = healthy.filter((target) => !this.#ejection?.isEjected(target))
    // An ejected target may still answer some requests, where those that are down answer none.
    this.#choice.refresh(this.targets, usable.length > 0 ? usable : healthy)
  }

  async #close(): Promise<void> {
    this.#ejection?.close()
    for (const check of this.#checks.values()) check.close()
    await Promise.all(this.targets.map((target) => closeDispatcher(target, this.#closeWithin)))
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
 * Opens an upstream: a connection pool for each target, a balancer over the healthy ones, and health checks where
 * they are configured. A target counts as healthy until its first probe says otherwise.
 */
export function createUpstreamPool(upstream: ResolvedUpstream, deps: UpstreamPoolDeps): UpstreamPool {
  return new TargetPool(upstream, deps)
}
