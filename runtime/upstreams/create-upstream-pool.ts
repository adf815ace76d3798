import type { ResolvedUpstream } from '../../sdk/resolved.js'
import { createBalancer } from './balance/create-balancer.js'
import { compileTls } from './compile-tls.js'
import { createTarget } from './create-target.js'
import { OutlierEjection } from './ejection/outlier-ejection.js'
import { type HealthDeps, TargetHealth } from './health.js'
import type { AttemptResult, Balancer, ChoiceSubject, Target, UpstreamPool } from './target.js'

/** What a pool needs of its surroundings. */
export interface UpstreamPoolDeps extends Omit<HealthDeps, 'random'> {
  /** Numbers from 0 up to 1, for jitter and the choice of targets. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  /** How long `close` waits for requests in flight before it cuts them; milliseconds. Default 30,000. */
  readonly closeWithin?: number | undefined
}

class TargetPool implements UpstreamPool {
  readonly name: string
  readonly targets: readonly Target[]
  readonly #balancer: Balancer
  readonly #checks: ReadonlyMap<Target, TargetHealth>
  readonly #closeWithin: number
  readonly #ejection: OutlierEjection | undefined
  #usable: readonly Target[]
  #closing: Promise<void> | undefined

  constructor({ name, settings }: ResolvedUpstream, deps: UpstreamPoolDeps) {
    const random = deps.random ?? Math.random
    const { health, ejection } = settings
    const refresh = () => this.#refresh()
    const watching = { ...deps, random }
    this.name = name
    const tls = compileTls(name, settings.tls)
    this.targets = settings.targets.map((target) => createTarget(target, settings, deps.clock, tls))
    this.#usable = this.targets
    this.#balancer = createBalancer(settings.balance, random)
    this.#closeWithin = deps.closeWithin ?? 30_000
    // A single target would never be ejected.
    if (ejection && this.targets.length > 1) this.#ejection = new OutlierEjection(name, this.targets, ejection, watching, refresh)
    const changes = { changed: refresh, well: (target: Target) => this.#ejection?.restore(target) }
    const watch = health && ((target: Target) => new TargetHealth(target, name, health, watching, changes))
    this.#checks = new Map(watch ? this.targets.map((target) => [target, watch(target)]) : [])
  }

  pick(except?: Target, subject?: ChoiceSubject): Target | undefined {
    const usable = this.#usable
    if (except === undefined || usable.length < 2) return this.#balancer.pick(usable, subject)
    return this.#balancer.pick(
      usable.filter((target) => target !== except),
      subject,
    )
  }

  report(target: Target, result: AttemptResult, status: number, _latency: number): void {
    this.#ejection?.report(target, result, status)
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
    this.#usable = usable.length > 0 ? usable : healthy
  }

  async #close(): Promise<void> {
    this.#ejection?.close()
    for (const check of this.#checks.values()) check.close()
    await Promise.all(this.targets.map((target) => closeDispatcher(target, this.#closeWithin)))
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
