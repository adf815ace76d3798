import { pino } from 'pino'
import { systemClock } from '../../runtime/clock.js'
import { createRedisLimitStore } from '../../runtime/stores/redis-limit-store.js'
import { createRedisLink } from '../../runtime/stores/redis-link.js'
import { takeOne } from './take-one.js'

/** What the parent asks for: `takes` requests at once, each after `workMs` of work that holds the loop. */
export interface BurstOrder {
  readonly key: string
  readonly takes: number
  readonly workMs: number
}

export interface BurstResult {
  readonly admitted: number
  readonly refused: number
  readonly failed: readonly string[]
}

const [url = '', prefix = ''] = process.argv.slice(2)
const link = createRedisLink({ url, clock: systemClock, log: pino({ level: 'silent' }), count: () => undefined })
const store = createRedisLimitStore(link, prefix, systemClock)

const work = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

process.on('message', async ({ key, takes, workMs }: BurstOrder) => {
  const decisions = Array.from({ length: takes }, () => {
    work(workMs)
    return takeOne(store, key, { emissionMs: 36_000, burst: 100 })
  })
  const settled = await Promise.allSettled(decisions)
  const result: BurstResult = {
    admitted: settled.filter((one) => one.status === 'fulfilled' && one.value.admitted).length,
    refused: settled.filter((one) => one.status === 'fulfilled' && !one.value.admitted).length,
    failed: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.reason] : [])),
  }
  process.send?.(result)
})

process.on('disconnect', () => process.exit())
await store.warm()
process.send?.('ready')
