import { setTimeout as wait } from 'node:timers/promises'
import { apiKey, cache, defineGateway, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { openRedisKeys } from '../../runtime/auth/open-redis-keys.js'
import { redisTest } from '../helpers/redis.js'
import { startUpstream } from '../helpers/start-gateway.js'

redisTest(
  'any',
  'after a reload that names another Redis, API keys and purges go by that one, and what was purged stays away',
  async (t, redis) => {
    let count = 0
    const up = await startUpstream(t, (_request, response) => void response.setHeader('cache-control', 'max-age=60').end(String(++count)))
    const target = upstream('target', { targets: [up.url] })
    const keys = apiKey({ store: { redis: true }, metadata: z.object({}) })
    const pages = cache({ public: true, store: 'shared' })
    const config = (prefix: string) =>
      defineGateway({
        info: { title: 'T', version: '1' },
        redis: { url: redis.url, prefix },
        admin: {},
        routes: {
          closed: route({ method: 'GET', path: '/closed', upstream: target, auth: keys }),
          page: route({ method: 'GET', path: '/page', upstream: target, use: { pages } }),
        },
      })
    const start = async (prefix: string) => {
      const gateway = testGateway(config(prefix))
      await gateway.start()
      t.teardown(() => gateway.stop({ now: true }))
      return gateway
    }
    const [before, after] = [`before${Math.random()}`, `after${Math.random()}`]
    const moved = await start(before)
    const other = await start(after)
    const page = async () => (await fetch(`${moved.url}/page`)).text()
    const purge = async (adminUrl: string) =>
      (await fetch(`${adminUrl}/cache/purge`, { method: 'POST', body: '{"all":true}', headers: { 'content-type': 'application/json' } }))
        .status
    const mint = async (prefix: string) => {
      const opened = await openRedisKeys(redis.url, prefix)
      const minted = mintApiKey()
      await opened?.keys.add({ id: minted.id, hash: minted.hash, consumer: 'acme', metadata: {} } as never)
      await opened?.close()
      return async () => (await fetch(`${moved.url}/closed`, { headers: { 'x-api-key': minted.key } })).status
    }
    const withOld = await mint(before)
    t.is(await withOld(), 200)
    const first = await page()
    t.is(await page(), first)
    t.is(await purge(moved.adminUrl), 200)

    await moved.reload(config(after))
    const second = await page()
    t.not(second, first, 'purged before the reload')
    t.is(await page(), second)
    t.is(await withOld(), 401)
    t.is(await (await mint(after))(), 200)
    t.is(await purge(other.adminUrl), 200)
    for (const deadline = Date.now() + 20_000; (await page()) === second; await wait(50))
      if (Date.now() > deadline) return t.fail('not purged')
    const third = await page()
    t.is(await purge(moved.adminUrl), 200)
    t.not(await page(), third)
  },
)
