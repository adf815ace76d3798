import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import test from 'ava'
import { concurrency, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'
import type { LeaseStore } from '../../runtime/stores/lease-store.js'
import { StoreFailure } from '../../runtime/stores/store-failure.js'
import { concurrencyDefinition } from '../../sdk/policies/concurrency.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const finish = (exchange: ReturnType<typeof policyExchange>) => exchange.hooked().finish({ status: 200, aborted: false })

test('a slot is held until the exchange is over', (t) => {
  const { code, problem } = runPolicy(concurrency({ limit: 1 }))
  const first = policyExchange()
  t.is(code(first), undefined)
  t.deepEqual(problem(policyExchange()).headers, ['Retry-After', '1'])
  finish(first)
  t.is(code(policyExchange()), undefined)
})

test('keys are counted apart; preflights are not counted', (t) => {
  const by = { label: 'tenant', read: (ctx: { readonly headers: Readonly<Record<string, unknown>> }) => String(ctx.headers['x-tenant']) }
  const { code } = runPolicy(concurrency({ by, limit: 1 }))
  t.is(code(policyExchange({ 'x-tenant': 'a' })), undefined)
  t.is(code(policyExchange({ 'x-tenant': 'b' })), undefined)
  t.is(code(policyExchange({ 'x-tenant': 'a' })), 'CONCURRENCY_LIMITED')
  const preflight = policyExchange({ 'x-tenant': 'a' }, 'OPTIONS')
  preflight.preflight = true
  t.is(code(preflight), undefined)
})

test('who waits is admitted in turn, refused after the longest wait, and never beyond the queue', async (t) => {
  const { code } = runPolicy(concurrency({ limit: 1, queue: { size: 1, maxWait: '30s' } }))
  const [first, second, third] = [policyExchange(), policyExchange(), policyExchange()]
  t.is(code(first), undefined)
  const waiting = code(second)
  t.true(waiting instanceof Promise)
  t.is(await code(third), 'CONCURRENCY_LIMITED')
  finish(first)
  t.is(await waiting, undefined)
  finish(second)
  t.is(code(policyExchange()), undefined)
  const impatient = runPolicy(concurrency({ limit: 1, queue: { size: 1, maxWait: '1ms' } }))
  impatient.request(policyExchange())
  t.is(await impatient.code(policyExchange()), 'CONCURRENCY_LIMITED')
})

test('a client that leaves the queue takes no slot with it', async (t) => {
  const { code } = runPolicy(concurrency({ limit: 1, queue: { size: 1, maxWait: '30s' } }))
  const [first, gone] = [policyExchange(), policyExchange()]
  code(first)
  const waiting = code(gone)
  finish(gone)
  t.is(await waiting, undefined)
  finish(first)
  t.is(code(policyExchange()), undefined)
})

test('in shadow mode nothing waits', (t) => {
  const { code, counts } = runPolicy(concurrency({ limit: 1, queue: { size: 9 }, mode: 'shadow' }))
  t.is(code(policyExchange()), undefined)
  t.is(code(policyExchange()), undefined)
  t.is(counts.length, 1)
})

test('a key that reads the auth runs after it', (t) => {
  const session = jwt({ issuer: 'https://id.example.org/', audience: 'a', algorithms: ['RS256'], claims: z.object({ sub: z.string() }) })
  const phase = (options: object) => concurrencyDefinition.phaseOf(concurrencyDefinition.options.parse({ limit: 1, ...options }))
  t.is(phase({ by: session.key((auth) => auth.claims.sub) }), 'limit')
  t.is(phase({}), 'admit')
})

/** Shared slots whose takes the test settles, one by one; counts what is given back. */
function fakeLeases() {
  const asked: { key: string; give: () => void; refuse: () => void; fail: (cause: Error) => void }[] = []
  let released = 0
  const leases: LeaseStore = {
    take: (key) =>
      new Promise((resolve, reject) => {
        asked.push({ key, give: () => resolve({ release: () => void released++ }), refuse: () => resolve(undefined), fail: reject })
      }),
    close: () => Promise.resolve(),
  }
  return { leases, asked, released: () => released }
}

test('shared slots are held until the exchange is over, and refused where all are taken', async (t) => {
  const fleet = fakeLeases()
  const { code } = runPolicy(concurrency({ limit: 1 }), { leases: fleet.leases })
  const first = policyExchange()
  const admitted = code(first)
  t.is(fleet.asked[0]?.key, 'use.policy\0')
  fleet.asked[0]?.give()
  t.is(await admitted, undefined)
  t.is(fleet.released(), 0)
  finish(first)
  t.is(fleet.released(), 1)
  const refused = code(policyExchange())
  fleet.asked[1]?.refuse()
  t.is(await refused, 'CONCURRENCY_LIMITED')
  t.is(fleet.released(), 1)
})

test('a shared slot that arrives after its exchange is over goes back', async (t) => {
  const fleet = fakeLeases()
  const { code } = runPolicy(concurrency({ limit: 1 }), { leases: fleet.leases })
  const gone = policyExchange()
  const late = code(gone)
  finish(gone)
  fleet.asked[0]?.give()
  await late
  t.is(fleet.released(), 1)
})

for (const [onStoreFailure, codes] of [
  ['open', [undefined, undefined]],
  ['closed', ['UNAVAILABLE', 'UNAVAILABLE']],
  ['local', [undefined, 'CONCURRENCY_LIMITED']],
] as const)
  test(`without the shared store, \`${onStoreFailure}\` is what happens, and it is counted`, async (t) => {
    const leases: LeaseStore = { take: () => Promise.reject(new StoreFailure('offline')), close: () => Promise.resolve() }
    const { code, counts } = runPolicy(concurrency({ limit: 1, onStoreFailure }), { leases })
    t.deepEqual([await code(policyExchange()), await code(policyExchange())], [...codes])
    t.deepEqual(counts, Array(2).fill(`gatewright_limit_store_failures_total {"mode":"${onStoreFailure}"}`))
  })

test('who waits for a shared slot when the store fails is decided as everybody else', async (t) => {
  const fleet = fakeLeases()
  const { code } = runPolicy(concurrency({ limit: 1, queue: { size: 2, maxWait: '30s' }, onStoreFailure: 'closed' }), {
    leases: fleet.leases,
  })
  const waiting = code(policyExchange())
  fleet.asked[0]?.refuse()
  while (!fleet.asked[1]) await new Promise(setImmediate)
  fleet.asked[1].fail(new StoreFailure('timeout'))
  t.is(await waiting, 'UNAVAILABLE')
})

/** An upstream whose answers the test gives, one by one. */
function held() {
  const open: ServerResponse[] = []
  let tell = () => {}
  return {
    answer: (_request: unknown, res: ServerResponse) => {
      open.push(res)
      tell()
    },
    async next(): Promise<ServerResponse> {
      while (open.length === 0) await new Promise<void>((resolve) => (tell = resolve))
      return open.shift() as ServerResponse
    },
  }
}

/** Asks until the slot is free again: that it is comes a moment after what frees it. */
async function untilFree(url: string, upstreamSide: ReturnType<typeof held>): Promise<void> {
  for (;;) {
    const asked = fetch(url)
    const won = await Promise.race([asked.then(({ status }) => status), upstreamSide.next()])
    if (won === 429) continue
    ;(won as ServerResponse).end('{}')
    await (await asked).text()
    return
  }
}

for (const lifecycle of LANES) {
  const endings: [string, (res: ServerResponse, url: string) => void | Promise<void>, object][] = [
    ['the response is complete', (res) => void res.end('{}'), {}],
    // Tried again, it would be held again.
    ['the upstream resets', (res) => void res.destroy(), { retry: false as const }],
    ['the upstream cuts its body', (res) => void res.writeHead(200, { 'content-length': '9' }).write('{', () => res.destroy()), {}],
    ['the upstream takes too long', () => undefined, { timeouts: { total: '3s' } }],
  ]
  for (const [name, end, more] of endings)
    test(`${lifecycle}: the slot is free again when ${name}`, async (t) => {
      const up = held()
      const { gateway } = await gatewayWith(t, concurrency({ limit: 1 }), { lifecycle, answer: up.answer, route: more })
      const first = fetch(gateway.url)
        .then((response) => response.text())
        .catch(() => undefined)
      const res = await up.next()
      const refused = await fetch(gateway.url)
      t.is(refused.status, 429)
      t.like(await refused.json(), { code: 'CONCURRENCY_LIMITED' })
      await end(res, gateway.url)
      await first
      await untilFree(gateway.url, up)
    })

  test(`${lifecycle}: the slot is free again when the client leaves`, async (t) => {
    const up = held()
    const { gateway } = await gatewayWith(t, concurrency({ limit: 1 }), { lifecycle, answer: up.answer })
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await up.next()
    t.is((await fetch(gateway.url)).status, 429)
    socket.destroy()
    await once(socket, 'close')
    await untilFree(gateway.url, up)
  })

  test(`${lifecycle}: one limiter on two routes counts once`, async (t) => {
    const side = held()
    const up = await startUpstream(t, side.answer)
    const to = upstream('up', { targets: [up.url] })
    const one = concurrency({ limit: 1 })
    const routes = {
      a: route({ method: 'GET', path: '/a', upstream: to, lifecycle, use: { one } }),
      b: route({ method: 'GET', path: '/b', upstream: to, lifecycle, use: { one } }),
    }
    const gateway = await startGateway(t, routes)
    const first = fetch(`${gateway.url}/a`)
    const res = await side.next()
    t.is((await fetch(`${gateway.url}/b`)).status, 429)
    res.end('{}')
    t.is((await first).status, 200)
  })

  test(`${lifecycle}: a request waits for its turn`, async (t) => {
    const up = held()
    const policy = concurrency({ limit: 1, queue: { size: 1, maxWait: '60s' } })
    const { gateway } = await gatewayWith(t, policy, { lifecycle, answer: up.answer })
    const first = fetch(gateway.url)
    const held1 = await up.next()
    const second = fetch(gateway.url)
    held1.end('{}')
    t.is((await first).status, 200)
    const held2 = await up.next()
    held2.end('{}')
    t.is((await second).status, 200)
  })
}
