import { cache, concurrency, idempotency, ip, loadShedding, quota, rateLimit, requestCaps } from 'gatewright'
import type { Actor, ScenesOf } from '../scene.js'
import { NO_REDIS, once, sending, twice } from './scene-parts.js'

const closed = 'closed'
const JSON_TYPE = { 'content-type': 'application/json' }

/** Holds this process up until a request is refused for it: what is measured is forgotten after half a second. */
async function overload({ send }: Actor): Promise<void> {
  for (let turn = 0, status = 200; status === 200 && turn < 20; turn += 1) {
    const until = performance.now() + 800
    while (performance.now() < until);
    status = await send()
  }
}

/** Policies that spare the upstream. */
export const LIMIT_SCENES = {
  'rate-limit': [
    { route: { use: { policy: rateLimit({ by: ip, limit: '1/h', legacyHeaders: true }) } }, play: twice },
    { route: { use: { policy: rateLimit({ by: ip, limit: '1/h', onStoreFailure: closed }) } }, gateway: NO_REDIS, play: once },
  ],
  quota: [
    { route: { use: { policy: quota({ by: ip, limit: '1/year', legacyHeaders: true }) } }, play: twice },
    { route: { use: { policy: quota({ by: ip, limit: '1/year', onStoreFailure: closed }) } }, gateway: NO_REDIS, play: once },
  ],
  concurrency: [
    { route: { use: { policy: concurrency({ limit: 1 }) } }, play: ({ send, during }) => during(send) },
    { route: { use: { policy: concurrency({ limit: 1, onStoreFailure: closed }) } }, gateway: NO_REDIS, play: once },
  ],
  'load-shedding': [{ route: { use: { policy: loadShedding({ from: '1ms', full: '2ms', utilisation: 0 }) } }, play: overload }],
  'request-caps': [
    {
      route: { method: 'POST', bodyLimit: '1kb', use: { policy: requestCaps({ json: { depth: 1 }, headers: { count: 40 } }) } },
      async play({ send }) {
        await send(JSON_TYPE, '[[]]')
        await send(JSON_TYPE, `["${'a'.repeat(2_000)}"]`)
        await send({ ...JSON_TYPE, 'content-encoding': 'gzip' }, '[]')
        await send(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x-${index}`, 'a'])), '')
      },
    },
  ],
  idempotency: [
    {
      route: { method: 'POST', bodyLimit: '1kb', use: { policy: idempotency({ by: ip }) } },
      async play({ send, during }) {
        const key = { 'idempotency-key': 'k1' }
        await during(() => send(key, 'a'), key, 'a')
        await send(key, 'a')
        await send(key, 'b')
        await send({ 'idempotency-key': 'k'.repeat(300) }, 'a')
        await send({ 'idempotency-key': 'k2' }, 'a'.repeat(2_000))
      },
    },
    {
      route: { method: 'POST', use: { policy: idempotency({ by: ip, onStoreFailure: closed }) } },
      gateway: NO_REDIS,
      play: ({ send }) => send({ 'idempotency-key': 'k1' }, 'a'),
    },
  ],
  cache: [
    { route: { use: { policy: cache({ ttl: '1h' }) } }, play: sending({}, {}, { 'if-modified-since': 'Thu, 31 Dec 2099 00:00:00 GMT' }) },
    {
      route: { use: { policy: cache({ ttl: '1h', requestDirectives: true }) } },
      play: sending({ 'cache-control': 'only-if-cached' }, {}, { 'cache-control': 'only-if-cached' }),
    },
    { route: { use: { policy: cache({ ttl: '1h', store: 'shared' }) } }, gateway: NO_REDIS, play: twice },
    { route: { method: 'HEAD', use: { policy: cache({ ttl: '1h' }) } }, play: twice },
    {
      route: { method: 'POST', use: { policy: cache({ ttl: '1h', requestDirectives: true }) } },
      play: sending({ 'cache-control': 'only-if-cached' }),
    },
  ],
} satisfies ScenesOf

/** Policies of every route, on routes whose method they leave alone. */
export const LIMIT_IDLE_SCENES = {
  idempotency: ['GET', 'PUT'].map((method) => ({
    route: { method },
    gateway: { use: { policy: idempotency({ by: ip, required: true }) } },
    play: sending({}, { 'idempotency-key': '' }),
  })),
} satisfies ScenesOf
