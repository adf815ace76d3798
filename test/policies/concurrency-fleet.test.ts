import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { runScript } from '../helpers/processes.js'
import { redisTest } from '../helpers/redis.js'
import { startUpstream } from '../helpers/start-gateway.js'

const LEASE_MS = 10_000

/** A gateway in a process of its own, whose every request takes one of two slots. */
async function startMember(t: ExecutionContext, target: string, redis: string) {
  const { child, shows, ended } = runScript(t, 'test/policies/concurrency-process.ts', [target, redis])
  const url = /listening at (\S+) and ready/.exec(await shows(/and ready/))?.[1] as string
  return { url, child, ended }
}

redisTest('own', 'two gateways share two slots; those of one that is killed are free when their leases are over', async (t, redis) => {
  t.timeout(120_000)
  const held: ServerResponse[] = []
  const up = await startUpstream(t, ({ url }, res) => void (url === '/held' ? held.push(res) : res.end('{}')))
  const [dying, living] = await Promise.all([startMember(t, up.url, redis.url), startMember(t, up.url, redis.url)])
  const status = async (url: string) => (await fetch(`${url}/`)).status
  const hold = async (url: string) => {
    const before = held.length
    fetch(`${url}/held`).then(
      (response) => response.text(),
      () => undefined,
    )
    while (held.length === before) await delay(5)
  }
  await hold(dying.url)
  t.is(await status(living.url), 200)
  await hold(living.url)
  t.is(await status(living.url), 429)
  t.is(await status(dying.url), 429)

  dying.child.kill('SIGKILL')
  const died = performance.now()
  await dying.ended
  t.is(await status(living.url), 429)
  while ((await status(living.url)) !== 200 && performance.now() - died < 6 * LEASE_MS) await delay(50)
  const waited = performance.now() - died
  t.log(`free after ${waited.toFixed(0)} ms`)
  t.true(waited > LEASE_MS / 2 && waited < 2 * LEASE_MS, `${waited} ms`)

  await hold(living.url)
  t.is(await status(living.url), 429, 'the slot of the living one was kept up all the while')
  for (const res of held) res.end('{}')
  while ((await status(living.url)) !== 200) await delay(20)
})
