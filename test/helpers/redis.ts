import test, { type ExecutionContext } from 'ava'
import { type RedisServer, redisMissing, startRedis } from './redis-server.js'
import { type Defer, timedTest } from './timed-test.js'

export { type RedisServer, redisMissing, startRedis }

type RedisRun = (t: ExecutionContext, redis: RedisServer, defer: Defer) => Promise<void>

/** Declares a test that needs Redis; without one it is reported as skipped, with the reason in its title. */
export function redisTest(need: 'any' | 'own', title: string, run: RedisRun): void {
  const missing = redisMissing(need)
  if (missing !== undefined) {
    test.skip(`${title} (${missing})`, (t) => t.pass())
    return
  }
  timedTest(title, async (t, defer) => {
    const redis = await startRedis()
    defer(() => redis.stop())
    await run(t, redis, defer)
  })
}
