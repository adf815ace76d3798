import type { Logger } from 'pino'
import type { GatewaySettings } from '../sdk/gateway.js'
import type { Clock } from './clock.js'
import type { Metrics } from './observe/metrics.js'
import type { Resources } from './resources.js'
import type { Services } from './services.js'
import type { LimitStore } from './stores/limit-store.js'
import { createMemoryLimitStore } from './stores/memory-limit-store.js'
import { createRedisLimitStore } from './stores/redis-limit-store.js'

/** Things to finish before the gateway is ready. */
export type WarmTasks = (() => Promise<void>)[]

/** Longest that readiness waits for upstreams, key sets and stores. */
const WARM_MS = 5_000

/** Wires what compilers may use. */
export function createServices(
  settings: GatewaySettings,
  parts: {
    readonly clock: Clock
    readonly log: Logger
    readonly metrics: Metrics
    readonly resources: Resources
    readonly warmTasks: WarmTasks
    readonly jwtStrategy: Services['jwtStrategy']
  },
): Services {
  const { clock, log, metrics, resources, warmTasks } = parts
  const count = (name: string, labels: Readonly<Record<string, string>>) => metrics.count(name, labels)
  const keep: Services['keep'] = (key, create) => resources.keep(key, create)
  const localLimits: LimitStore = keep('limits:memory', () => createMemoryLimitStore(clock))
  const { redis } = settings
  const limits = redis
    ? keep<LimitStore>(`limits:redis:${redis.url}:${redis.prefix}`, () =>
        createRedisLimitStore({ url: redis.url, prefix: redis.prefix, clock, log, count }),
      )
    : localLimits
  warmTasks.push(() => limits.warm())
  return { clock, log, limits, localLimits, count, keep, warm: (task) => void warmTasks.push(task), jwtStrategy: parts.jwtStrategy }
}

/** Runs warm-up tasks side by side, bounded in time; one that fails is logged and does not hold up the rest. */
export async function warmUp(tasks: WarmTasks, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, WARM_MS)
  })
  const all = tasks.map((task) => task().catch((error: unknown) => log.warn({ err: error }, 'warm-up failed')))
  await Promise.race([Promise.all(all), bound])
  clearTimeout(timer)
}
