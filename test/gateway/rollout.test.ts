import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import {
  type AbortOptions,
  apiKey,
  cache,
  defineGateway,
  header,
  type RouteTree,
  rollout,
  route,
  type UpstreamOptions,
  upstream,
} from 'gatewright'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { openSocket, socketUpstream } from '../helpers/websocket.js'

type Lane = (typeof LANES)[number]
type Sides = { readonly percent: number; readonly abortIf?: AbortOptions | false }

const gatewayOf = (routes: RouteTree) =>
  defineGateway({ info: { title: 'Test', version: '1.0.0' }, routes, server: { overload: false as const } })

/** Two real servers behind one route, told apart by the `side` that they answer. */
async function stage(
  t: ExecutionContext,
  lifecycle: Lane,
  given: Sides,
  more: { v1?: Partial<UpstreamOptions>; v2?: Partial<UpstreamOptions> } = {},
) {
  const clock = fakeClock()
  const { lines, log } = recordLog()
  const script: { v2: (res: ServerResponse) => void } = { v2: (res) => void res.end('v2') }
  const v1 = await startUpstream(t, (_request, res) => void res.end('v1'))
  const v2 = await startUpstream(t, (_request, res) => script.v2(res))
  const routesWith = ({ percent, abortIf }: Sides, v2More: Partial<UpstreamOptions> = {}) => ({
    users: route({
      method: '*',
      path: '/users/{rest*}',
      upstream: rollout({
        stable: upstream('v1', { targets: [v1.url], ...more.v1 }),
        canary: upstream('v2', { targets: [v2.url], ...more.v2, ...v2More }),
        percent,
        by: header('x-user'),
        ...(abortIf === undefined ? {} : { abortIf }),
      }),
      lifecycle,
    }),
  })
  const gateway = await startGateway(t, routesWith(given), {}, { clock, log })
  const ask = async (user = '', init: RequestInit = {}) => {
    const response = await fetch(`${gateway.url}/users/a`, { ...init, headers: { 'x-user': user, ...init.headers } })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  /** What each of `users` got, asked side by side. */
  const askAs = async (users: readonly string[]) => (await Promise.all(users.map((user) => ask(user)))).map(({ text }) => text)
  const admin = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }
    const response = await fetch(gateway.adminUrl + path, { method, ...init })
    const text = await response.text()
    return { status: response.status, json: response.status === 200 ? JSON.parse(text) : undefined }
  }
  const reload = (next: Sides, v2More: Partial<UpstreamOptions> = {}) => gateway.reload(gatewayOf(routesWith(next, v2More)))
  return { gateway, clock, lines, script, v1, v2, ask, askAs, admin, reload }
}

const USERS = Array.from({ length: 80 }, (_, index) => `user-${index}`)
const fail = (res: ServerResponse) => void res.writeHead(500).end('broken')

for (const lane of LANES) {
  test(`${lane}: a share of the callers is on the canary, each always, and a share that grows takes only from stable`, async (t) => {
    const s = await stage(t, lane, { percent: 20, abortIf: false })
    const before = await s.askAs(USERS)
    t.is(s.v2.requests.length, before.filter((side) => side === 'v2').length)
    t.is(s.v1.requests.length + s.v2.requests.length, USERS.length)
    t.true(s.v2.requests.length > 4 && s.v2.requests.length < 36, `${s.v2.requests.length} of 80 at 20 %`)
    t.deepEqual(await s.askAs(USERS), before)
    t.deepEqual((await s.admin('POST', '/rollouts/v1', { percent: 60 })).json, {
      name: 'v1',
      kind: 'canary',
      stable: 'v1',
      canary: 'v2',
      percent: 60,
      setBy: 'hand',
    })
    const after = await s.askAs(USERS)
    t.true(before.every((side, index) => side === 'v1' || after[index] === 'v2'))
    t.true(after.filter((side) => side === 'v2').length > 30)
    t.is((await s.ask()).text, 'v1', 'who has no key stays')
    s.gateway.rollouts.set('v1', { state: 'stable' })
    t.deepEqual(new Set(await s.askAs(USERS)), new Set(['v1']))
    s.gateway.rollouts.set('v1', { percent: 100 })
    t.deepEqual(new Set(await s.askAs([...USERS, ''])), new Set(['v2']))
  })

  test(`${lane}: the log says which side served, and the metrics how large the share is`, async (t) => {
    const s = await stage(t, lane, { percent: 100 })
    await s.ask('a')
    await s.admin('POST', '/rollouts/v1', { state: 'stable' })
    await s.ask('a')
    while (s.lines.filter(({ msg }) => msg === 'request').length < 2) await new Promise(setImmediate)
    t.deepEqual(
      s.lines.filter(({ msg }) => msg === 'request').map((line) => line['upstream']),
      ['v2', 'v1'],
    )
    const metrics = await (await fetch(`${s.gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /^gatewright_rollout_percent\{rollout="v1"\} 0$/m)
    t.true(s.lines.some(({ msg, rollout: name, percent }) => msg === 'rollout set by hand' && name === 'v1' && percent === 0))
  })

  test(`${lane}: a canary that fails is taken back, and stays so until the config or an operator says otherwise`, async (t) => {
    const sides = { percent: 50, abortIf: { errorRatio: 0.1, minRequests: 10 } }
    const s = await stage(t, lane, sides)
    const users = USERS.filter((_, index) => index < 30)
    const served = await s.askAs(users)
    const [lucky] = users.filter((_, index) => served[index] === 'v2') as [string]
    // Out of the window, so that what follows can be counted by hand.
    s.clock.advance(60_000)
    for (let count = 0; count < 9; count++) await s.ask(lucky)
    s.script.v2 = fail
    t.is((await s.ask(lucky)).status, 500, '1 of 10 is the bound')
    t.like(s.gateway.rollouts.list()[0], { percent: 50, setBy: 'config', requests: 10, failed: 1 })
    t.is((await s.ask(lucky)).status, 500, '2 of 11 is above it')
    t.like(s.gateway.rollouts.list()[0], { percent: 0, setBy: 'errors' })
    const asked = s.v2.requests.length
    t.deepEqual(new Set(await s.askAs(users)), new Set(['v1']))
    s.clock.advance(3_600_000)
    await s.reload(sides)
    t.deepEqual(new Set(await s.askAs(users)), new Set(['v1']), 'a reload with the same settings changes nothing')
    t.is(s.v2.requests.length, asked)
    t.like(
      s.lines.find(({ msg }) => msg === 'rollout taken back: its canary fails'),
      { level: 40, rollout: 'v1', percent: 50, requests: 11, failed: 2 },
    )
    const metrics = await (await fetch(`${s.gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /^gatewright_rollout_rollbacks_total\{rollout="v1"\} 1$/m)

    s.script.v2 = (res) => void res.end('v2')
    await s.admin('POST', '/rollouts/v1', { percent: 50 })
    t.deepEqual(await s.askAs(users), served, 'the same callers as before')
    s.script.v2 = fail
    for (let count = 0; count < 30; count++) await s.ask(lucky)
    t.like(s.gateway.rollouts.list()[0], { percent: 0, setBy: 'errors' })
    s.script.v2 = (res) => void res.end('v2')
    await s.reload(sides, { timeouts: { headers: '9s' } })
    t.like(s.gateway.rollouts.list()[0], { percent: 50, setBy: 'config' }, 'another canary is tried anew')
    t.deepEqual(await s.askAs(users), served)
  })

  test(`${lane}: connections that break, responses that break off and failures behind a fallback count; clients that leave and 4xx do not`, async (t) => {
    const s = await stage(t, lane, { percent: 100, abortIf: { errorRatio: 0.5, minRequests: 4 } })
    const counts = () => {
      const { requests, failed } = s.gateway.rollouts.list()[0] as { requests?: number; failed?: number }
      return [requests, failed]
    }
    s.script.v2 = (res) => void res.writeHead(404).end()
    await s.ask('a')
    t.deepEqual(counts(), [1, 0])
    s.script.v2 = (res) => void res.destroy()
    t.is((await s.ask('a', { method: 'POST' })).status, 502)
    t.deepEqual(counts(), [2, 1])
    s.script.v2 = (res) => {
      res.writeHead(200, { 'content-length': '10' }).write('half')
      setTimeout(() => res.destroy(), 20)
    }
    await t.throwsAsync(s.ask('a'))
    while (counts()[0] !== 4) await new Promise(setImmediate)
    t.deepEqual(counts(), [4, 2], 'it was answered, then it failed')
    const leaving = new AbortController()
    const arrived = new Promise<void>((resolve) => {
      s.script.v2 = () => resolve()
    })
    const left = s.ask('a', { signal: leaving.signal })
    await arrived
    leaving.abort()
    await t.throwsAsync(left, { any: true })
    await s.admin('GET', '/rollouts')
    t.deepEqual(counts(), [4, 2])
    t.like(s.gateway.rollouts.list()[0], { percent: 100 }, 'half is the bound')
  })

  test(`${lane}: a fallback does not hide a canary that fails, and stable stands in for it`, async (t) => {
    let serve = (res: ServerResponse) => void res.end('v1')
    const v1 = await startUpstream(t, (_request, res) => serve(res))
    const v2 = await startUpstream(t, (_request, res) => fail(res))
    const stable = upstream('v1', { targets: [v1.url] })
    const canary = upstream('v2', { targets: [v2.url] })
    const gateway = await startGateway(t, {
      users: route({
        method: 'GET',
        path: '/users',
        upstream: rollout({ stable, canary, percent: 100, by: header('x-user'), abortIf: { minRequests: 5 } }),
        fallback: { upstream: stable },
        lifecycle: lane,
      }),
    })
    for (let asked = 0; asked < 10; asked++) t.is(await (await fetch(`${gateway.url}/users`, { headers: { 'x-user': 'a' } })).text(), 'v1')
    t.is(v2.requests.length, 5)
    t.is(v1.requests.length, 10)
    t.like(gateway.rollouts.list()[0], { percent: 0, setBy: 'errors' })
    serve = fail
    t.is((await fetch(`${gateway.url}/users`)).status, 500)
    t.is(v1.requests.length, 11, 'it does not stand in for itself')
  })

  test(`${lane}: blue and green change places under load, by hand and by reload, and no request is lost`, async (t) => {
    const blue = await startUpstream(t, (_request, res) => void setTimeout(() => res.end('blue'), 5))
    const green = await startUpstream(t, (_request, res) => void setTimeout(() => res.end('green'), 5))
    const routes = (active: 'blue' | 'green') => ({
      users: route({
        method: '*',
        path: '/users',
        upstream: rollout({
          name: 'users',
          blue: upstream('users-blue', { targets: [blue.url] }),
          green: upstream('users-green', { targets: [green.url] }),
          active,
        }),
        lifecycle: lane,
      }),
    })
    const gateway = await startGateway(t, routes('blue'))
    const results: string[] = []
    let going = true
    const client = async () => {
      while (going) {
        const response = await fetch(`${gateway.url}/users`, { method: 'POST', body: 'x'.repeat(100) })
        results.push(`${response.status} ${await response.text()}`)
      }
    }
    const clients = Array.from({ length: 8 }, client)
    const until = async (count: number) => {
      const from = results.length
      while (results.length < from + count) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const now = async () => (await fetch(`${gateway.url}/users`, { method: 'POST', body: 'x' })).text()
    await until(40)
    t.is(green.requests.length, 0)
    const post = (active: string) =>
      fetch(`${gateway.adminUrl}/rollouts/users`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ active }),
      })
    t.like(await (await post('green')).json(), {
      name: 'users',
      kind: 'blue-green',
      blue: 'users-blue',
      green: 'users-green',
      active: 'green',
      setBy: 'hand',
    })
    t.is(await now(), 'green')
    await until(40)
    await gateway.reload(gatewayOf(routes('blue')))
    t.is(await now(), 'green', 'a config that says what it said before changes nothing')
    await gateway.reload(gatewayOf(routes('green')))
    await gateway.reload(gatewayOf(routes('blue')))
    t.is(await now(), 'blue')
    await until(40)
    await gateway.reload(gatewayOf(routes('green')))
    t.is(await now(), 'green')
    await until(40)
    going = false
    await Promise.all(clients)
    t.deepEqual([...new Set(results)].sort(), ['200 blue', '200 green'])
    t.is(blue.requests.length + green.requests.length, results.length + 4)
    t.is(blue.requests.length, results.filter((result) => result === '200 blue').length + 1)
  })

  test(`${lane}: each side has the settings of its own upstream`, async (t) => {
    const seen: string[] = []
    const serve = (name: string) => (request: { rawHeaders: readonly string[]; url: string }, res: ServerResponse) => {
      seen.push(`${name} ${request.url} ${request.rawHeaders.includes('x-deadline')}`)
      if (seen.length % 2 === 1) fail(res)
      else res.writeHead(201, { location: `${request.url}/made`, 'set-cookie': `id=1; Path=${request.url}` }).end()
    }
    const v1 = await startUpstream(t, serve('v1'))
    const v2 = await startUpstream(t, serve('v2'))
    const gateway = await startGateway(t, {
      users: route({
        method: 'GET',
        path: '/users',
        upstream: rollout({
          name: 'users',
          stable: upstream('v1', { targets: [v1.url], sticky: { cookie: 'one', secure: false } }),
          canary: upstream('v2', {
            targets: [`${v2.url}/base`],
            retry: { on: [500], backoff: { base: '1ms', max: '1ms' } },
            timeouts: { total: '20s' },
            deadlineHeader: 'x-deadline',
            sticky: { cookie: 'two', secure: false },
          }),
          percent: 100,
          by: header('x-user'),
        }),
        lifecycle: lane,
      }),
    })
    const ask = async () => {
      const response = await fetch(`${gateway.url}/users`, { headers: { cookie: 'one=a; own=b; two=c' } })
      await response.text()
      const cookies = response.headers.getSetCookie().map((cookie) => cookie.replace(/(?<=^(?:one|two)=)[^;]+/, '…'))
      return { status: response.status, location: response.headers.get('location'), cookies }
    }
    t.deepEqual(await ask(), {
      status: 201,
      location: '/users/made',
      cookies: ['id=1; Path=/users', 'two=…; Path=/; HttpOnly; SameSite=Lax'],
    })
    gateway.rollouts.set('users', { state: 'stable' })
    t.deepEqual(await ask(), { status: 500, location: null, cookies: ['one=…; Path=/; HttpOnly; SameSite=Lax'] })
    t.deepEqual(await ask(), {
      status: 201,
      location: '/users/made',
      cookies: ['id=1; Path=/users', 'one=…; Path=/; HttpOnly; SameSite=Lax'],
    })
    t.deepEqual(seen, ['v2 /base/users true', 'v2 /base/users true', 'v1 /users false', 'v1 /users false'])
    for (const { headers } of [...v1.requests, ...v2.requests]) t.is(headers.cookie, 'own=b', 'neither cookie leaves the gateway')
  })

  test(`${lane}: WebSockets go to the side of their caller, and stay there`, async (t) => {
    const sides = await Promise.all(
      ['v1', 'v2'].map((name) => socketUpstream(t, (socket) => socket.on('message', () => socket.send(name)))),
    )
    const [v1, v2] = sides.map(({ url }, index) => upstream(`v${index + 1}`, { targets: [url] })) as [never, never]
    const gateway = await startGateway(t, {
      chat: route({
        method: 'GET',
        path: '/chat',
        upstream: rollout({ stable: v1, canary: v2, percent: 50, by: header('x-user') }),
        websocket: true,
        lifecycle: lane,
      }),
    })
    const open = async (user: string) => {
      const socket = await openSocket(t, `${gateway.url}/chat`, { headers: { 'x-user': user } })
      const say = async () => {
        socket.send('?')
        return String((await once(socket, 'message'))[0])
      }
      return { user, say, side: await say() }
    }
    const sockets = await Promise.all(USERS.slice(0, 12).map(open))
    const canary = sockets.find(({ side }) => side === 'v2')
    t.true(canary !== undefined && sockets.some(({ side }) => side === 'v1'))
    gateway.rollouts.set('v1', { state: 'stable' })
    t.is(await canary?.say(), 'v2', 'what is open stays open')
    t.is((await open(canary?.user ?? '')).side, 'v1')
  })

  test(`${lane}: callers are told apart by what an auth found`, async (t) => {
    const v1 = await startUpstream(t, (_request, res) => void res.end('v1'))
    const v2 = await startUpstream(t, (_request, res) => void res.end('v2'))
    const keys = USERS.slice(0, 12).map((consumer) => ({ consumer, ...mintApiKey('gw') }))
    const partner = apiKey({ keys: keys.map(({ consumer, id, hash }) => ({ consumer, id, hash })) })
    const gateway = await startGateway(t, {
      users: route({
        method: 'GET',
        path: '/users',
        auth: partner,
        upstream: rollout({
          stable: upstream('v1', { targets: [v1.url] }),
          canary: upstream('v2', { targets: [v2.url] }),
          percent: 50,
        }),
        affinity: partner.key((auth) => auth.consumer),
        lifecycle: lane,
      }),
    })
    const ask = async ({ key }: { key: string }) => (await fetch(`${gateway.url}/users`, { headers: { 'x-api-key': key } })).text()
    const first = await Promise.all(keys.map(ask))
    t.deepEqual(new Set(first), new Set(['v1', 'v2']))
    t.deepEqual(await Promise.all(keys.map(ask)), first)
  })

  test(`${lane}: what a cache fetches anew by itself comes from the side that is active`, async (t) => {
    const clock = fakeClock()
    const serve = (name: string) => (_request: unknown, res: ServerResponse) =>
      void res.writeHead(200, { 'cache-control': 'max-age=10, stale-while-revalidate=60' }).end(name)
    const blue = await startUpstream(t, serve('blue'))
    const green = await startUpstream(t, serve('green'))
    const gateway = await startGateway(
      t,
      {
        users: route({
          method: 'GET',
          path: '/users',
          upstream: rollout({
            name: 'users',
            blue: upstream('blue', { targets: [blue.url] }),
            green: upstream('green', { targets: [green.url] }),
            active: 'blue',
          }),
          use: { cache: cache({}) },
          lifecycle: lane,
        }),
      },
      {},
      { clock },
    )
    const ask = async () => (await fetch(`${gateway.url}/users`)).text()
    t.is(await ask(), 'blue')
    gateway.rollouts.set('users', { active: 'green' })
    clock.advance(11_000)
    t.is(await ask(), 'blue', 'stale')
    while ((await ask()) !== 'green') await new Promise(setImmediate)
    t.is(blue.requests.length, 1)
  })
}

test('operators see rollouts and set them, on the admin listener and on the gateway', async (t) => {
  const s = await stage(t, 'direct', { percent: 5 })
  const listed = [{ name: 'v1', kind: 'canary', stable: 'v1', canary: 'v2', percent: 5, setBy: 'config', requests: 0, failed: 0 }]
  t.deepEqual(await s.admin('GET', '/rollouts'), { status: 200, json: listed })
  t.like((await s.admin('POST', '/rollouts/v1', { percent: 12.5 })).json, { percent: 12.5, setBy: 'hand' })
  for (const [status, method, path, body, type] of [
    [405, 'POST', '/rollouts', { percent: 1 }],
    [405, 'GET', '/rollouts/v1'],
    [415, 'POST', '/rollouts/v1', { percent: 1 }, 'text/plain'],
    [400, 'POST', '/rollouts/v1', { percent: 101 }],
    [400, 'POST', '/rollouts/v1', { active: 'green' }],
    [400, 'POST', '/rollouts/v1', { percent: 1, state: 'stable' }],
    [404, 'POST', '/rollouts/nobody', { percent: 1 }],
    [404, 'POST', '/rollouts/v1/more', { percent: 1 }],
  ] as const)
    t.is((await s.admin(method, path, body, type)).status, status, `${method} ${path} ${JSON.stringify(body)}`)
  t.like(s.gateway.rollouts.list()[0], { percent: 12.5 })
  t.throws(() => s.gateway.rollouts.set('nobody', { percent: 1 }), { message: /no rollout "nobody"/ })
  t.throws(() => s.gateway.rollouts.set('v1', { active: 'blue' }), { message: /sets nothing of a canary rollout/ })
})
