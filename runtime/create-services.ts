import type { Logger } from 'pino'
import type { GatewaySettings } from '../sdk/gateway.js'
import type { ResolvedGateway } from '../sdk/index.js'
import { RevocationList } from './auth/revocation-list.js'
import type { Clock } from './clock.js'
import { loadConverters } from './convert/load-converters.js'
import type { Metrics } from './observe/metrics.js'
import type { Resources } from './resources.js'
import type { Services } from './services.js'
import type { LeaseStore } from './stores/lease-store.js'
import type { LimitStore } from './stores/limit-store.js'
import { createMemoryLimitStore } from './stores/memory-limit-store.js'
import { createMemorySharedState } from './stores/memory-shared-state.js'
import type { SharedState } from './stores/shared-state.js'

/** Things to finish before the gateway is ready. */
export type WarmTasks = { readonly run: () => Promise<void>; readonly within: number }[]

/** Longest that readiness waits for upstreams, key sets and stores, where they say nothing else; milliseconds. */
const WARM_MS = 5_000

type Observed = Pick<Services, 'clock' | 'log' | 'count' | 'keep'>

/** The stores in Redis; its client is a quarter of the time to load the runtime, so only a gateway that has Redis loads it. */
async function redisStores({ prefix, ...place }: NonNullable<GatewaySettings['redis']>, { clock, log, count, keep }: Observed) {
  const [{ createRedisLink }, { createRedisLimitStore }, { createRedisSharedState }, { createRedisLeaseStore }] = await Promise.all([
    import('./stores/redis-link.js'),
    import('./stores/redis-limit-store.js'),
    import('./stores/redis-shared-state.js'),
    import('./stores/redis-lease-store.js'),
  ])
  const where = JSON.stringify(place)
  const link = keep(`redis:${where}`, () => createRedisLink({ ...place, clock, log, count }))
  return {
    limits: keep<LimitStore>(`limits:redis:${where}:${prefix}`, () => createRedisLimitStore(link, prefix, clock)),
    shared: keep<SharedState>(`shared:redis:${where}:${prefix}`, () => createRedisSharedState(link, prefix)),
    leases: keep<LeaseStore>(`leases:redis:${where}:${prefix}`, () => createRedisLeaseStore(link, prefix)),
  }
}

/** Wires what compilers may use. */
export async function createServices(
  { settings, routes }: ResolvedGateway,
  parts: {
    readonly clock: Clock
    readonly log: Logger
    readonly metrics: Metrics
    readonly resources: Resources
    readonly warmTasks: WarmTasks
    readonly certificates: Services['certificates']
    readonly jwt: Services['jwt']
    readonly fetchUpstream: Services['fetchUpstream']
    readonly tell: Services['tell']
  },
): Promise<Services> {
  const { clock, log, metrics, resources, warmTasks } = parts
  const count = (name: string, labels: Readonly<Record<string, string>>) => metrics.count(name, labels)
  const observe: Services['observe'] = (name, labels, seconds) => metrics.observe(name, labels, seconds)
  const keep: Services['keep'] = (key, create) => resources.keep(key, create)
  const localLimits: LimitStore = keep('limits:memory', () => createMemoryLimitStore(clock))
  const { redis } = settings
  const { limits, shared, leases } = redis
    ? await redisStores(redis, { clock, log, count, keep })
    : { limits: localLimits, shared: keep<SharedState>('shared:memory', () => createMemorySharedState(clock)), leases: undefined }
  const place = JSON.stringify(redis ?? 'memory')
  const keepByStore: Services['keepByStore'] = (key, create) => resources.keepBy(place, key, create)
  const revocations = keepByStore('revocations', () => new RevocationList({ shared, clock, log }))
  const converters = await loadConverters(routes)
  const warm: Services['warm'] = (run, within = WARM_MS) => void warmTasks.push({ run, within })
  warm(() => limits.warm())
  const forgetTarget: Services['forgetTarget'] = (upstream, target) => metrics.forgetTarget(upstream, target)
  const { certificates, jwt, fetchUpstream, tell } = parts
  const stores = { limits, localLimits, shared, leases, revocations }
  return {
    clock,
    log,
    ...stores,
    certificates,
    count,
    observe,
    keep,
    keepByStore,
    warm,
    converters,
    jwt,
    fetchUpstream,
    tell,
    forgetTarget,
  }
}

/** Runs warm-up tasks side by side, each bounded in time; one that fails is logged and does not hold up the rest. */
export async function warmUp(tasks: WarmTasks, log: Logger): Promise<void> {
  const timers: NodeJS.Timeout[] = []
  const bound = (within: number) =>
    new Promise<void>((resolve) => {
      if (within !== Number.POSITIVE_INFINITY) timers.push(setTimeout(resolve, within))
    })
  const all = tasks.map(({ run, within }) =>
    Promise.race([run().catch((error: unknown) => log.warn({ err: error }, 'warm-up failed')), bound(within)]),
  )
  await Promise.all(all)
  for (const timer of timers) clearTimeout(timer)
}
