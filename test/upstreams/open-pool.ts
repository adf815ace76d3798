import type { ExecutionContext } from 'ava'
import type { UpstreamOptions } from 'gatewright'
import { pino } from 'pino'
import { systemClock } from '../../runtime/clock.js'
import { createUpstreamPool, type UpstreamPoolDeps } from '../../runtime/upstreams/create-upstream-pool.js'
import type { Target, UpstreamPool } from '../../runtime/upstreams/target.js'
import { upstreamSchema } from '../../sdk/upstream.js'
import { ScriptedTarget } from './scripted-target.js'

/** A change of a target's health, as it is counted. */
export interface HealthChange {
  readonly target: string
  readonly to: string
}

/** A pool under test with the changes it has counted. */
export interface OpenPool {
  readonly pool: UpstreamPool
  readonly changes: readonly HealthChange[]
  /** Resolves with the next change that has not been awaited yet. */
  nextChange(): Promise<HealthChange>
}

/** Starts local targets that stop with the test. */
export async function startTargets(t: ExecutionContext, count: number): Promise<ScriptedTarget[]> {
  const targets = await Promise.all(Array.from({ length: count }, () => new ScriptedTarget().start()))
  t.teardown(() => Promise.all(targets.map((target) => target.stop())))
  return targets
}

/** Opens a pool that closes with the test. */
export function openPool(t: ExecutionContext, options: UpstreamOptions, deps: Partial<UpstreamPoolDeps> = {}): OpenPool {
  const changes: HealthChange[] = []
  const waiting: (() => void)[] = []
  let awaited = 0
  const count = (name: string, labels: Readonly<Record<string, string>>) => {
    if (name === 'gatewright_upstream_tls_failures_total') return
    t.is(name, 'gatewright_target_health_changes_total')
    t.is(labels['upstream'], 'users')
    changes.push({ target: labels['target'] as string, to: labels['to'] as string })
    for (const resolve of waiting.splice(0)) resolve()
  }
  const settings = upstreamSchema.parse(options)
  const pool = createUpstreamPool(
    { name: 'users', settings },
    { log: pino({ level: 'silent' }), count, clock: systemClock, closeWithin: 200, ...deps },
  )
  t.teardown(() => pool.close())
  const nextChange = async () => {
    while (changes.length <= awaited) await new Promise<void>((resolve) => waiting.push(resolve))
    return changes[awaited++] as HealthChange
  }
  return { pool, changes, nextChange }
}

/** The URLs that `times` picks fall on, sorted. */
export function picked(pool: UpstreamPool, times: number, except?: Target): (string | undefined)[] {
  return [...new Set(Array.from({ length: times }, () => pool.pick(except)?.url))].sort()
}
