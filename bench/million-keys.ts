import { pino } from 'pino'
import { createClient } from 'redis'
import { systemClock } from '../runtime/clock.js'
import { toCell } from '../runtime/stores/gcra.js'
import { createMemoryLimitStore } from '../runtime/stores/memory-limit-store.js'
import { createRedisLimitStore } from '../runtime/stores/redis-limit-store.js'
import { createRedisLink } from '../runtime/stores/redis-link.js'

const KEYS = 1_000_000
const AT_ONCE = 500
const WINDOWS = [toCell({ emissionMs: 600, burst: 100 })]
const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`
const say = (line: string): void => void process.stdout.write(`${line}\n`)

function inMemory(): void {
  const store = createMemoryLimitStore(systemClock)
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < KEYS; index += 1) store.take(`flood\0${index}`, WINDOWS, 1)
  globalThis.gc?.()
  const grown = process.memoryUsage().heapUsed - before
  const [last] = store.take(`flood\0${KEYS - 1}`, WINDOWS, 100)
  if (last?.admitted) process.exitCode = 1
  say(`memory: ${KEYS} keys, the last 100,000 are kept, ${megabytes(grown)}`)
  if (grown > 64 * 1_048_576) process.exitCode = 1
}

/** Counts the keys with and without a time to live. */
async function inRedis(url: string): Promise<void> {
  const prefix = `million${process.pid}`
  const link = createRedisLink({ url, clock: systemClock, log: pino({ level: 'silent' }), count: () => undefined })
  const store = createRedisLimitStore(link, prefix, systemClock)
  await store.warm()
  const admin = await createClient({ url }).connect()
  const used = async () => Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
  const before = await used()
  let failed = 0
  // Backlogs of ten minutes, so that no key is gone before the last is made.
  const long = [toCell({ emissionMs: 600_000, burst: 100 })]
  for (let index = 0; index < KEYS; index += AT_ONCE) {
    const takes = Array.from({ length: AT_ONCE }, async (_, offset) => store.take(`flood\0${index + offset}`, long, 1))
    failed += (await Promise.allSettled(takes)).filter(({ status }) => status === 'rejected').length
  }
  const perKey = ((await used()) - before) / (KEYS - failed)
  let [seen, lasting] = [0, 0]
  for await (const keys of admin.scanIterator({ MATCH: `${prefix}:*`, COUNT: 10_000 })) {
    const ttls = await Promise.all(keys.map((key) => admin.pTTL(key)))
    seen += keys.length
    lasting += ttls.filter((ttl) => ttl === -1).length
    await admin.unlink(keys)
  }
  say(`redis: ${seen} keys, ${failed} decisions not taken in 20 ms, ${perKey.toFixed(0)} bytes each, ${lasting} without a time to live`)
  if (lasting > 0 || seen < (KEYS - failed) * 0.99) process.exitCode = 1
  admin.destroy()
  await link.close()
}

inMemory()
const url = process.env['REDIS_URL']
if (url === undefined) say('redis: set REDIS_URL to try it too')
else await inRedis(url)
