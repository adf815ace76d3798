import test from 'ava'
import { openPool, picked, startTargets } from './open-pool.js'
import type { ScriptedTarget } from './scripted-target.js'

const health = { path: '/healthz', interval: '60ms', timeout: '5s', rise: 2, fall: 3 } as const

test('the first probe alone decides: a dead target is out once the pool is warm', async (t) => {
  const [alive, dead] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  await dead.stop()
  const { pool, changes } = openPool(t, { targets: [alive.url, dead.url], health })
  t.deepEqual(picked(pool, 4), [alive.url, dead.url].sort(), 'before it is known')
  await pool.warm()
  t.deepEqual(picked(pool, 4), [alive.url])
  t.deepEqual(changes, [{ target: dead.url, to: 'unhealthy' }])
  t.true(alive.seen.every((path) => path === '/healthz'))
})

test('a first answer with a wrong status takes the target out, where later ones would need `fall` of them', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = 500
  const { pool } = openPool(t, { targets: [target.url], health })
  await pool.warm()
  t.is(pool.pick(), undefined)
})

test('a target that dies is out with its next probe and back after `rise` good ones', async (t) => {
  const [stays, dies] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  const { pool, nextChange } = openPool(t, { targets: [stays.url, dies.url], health })
  await pool.warm()
  await dies.stop()
  t.deepEqual(await nextChange(), { target: dies.url, to: 'unhealthy' })
  t.deepEqual(picked(pool, 4), [stays.url])
  const before = dies.seen.length
  await dies.start()
  t.deepEqual(await nextChange(), { target: dies.url, to: 'healthy' })
  t.is(dies.seen.length - before, 2)
  t.deepEqual(picked(pool, 4), [stays.url, dies.url].sort())
})

test('a wrong status takes a target out after `fall` probes in a row', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const { pool, nextChange } = openPool(t, { targets: [target.url], health })
  await pool.warm()
  const before = target.seen.length
  target.behaviour = 500
  t.deepEqual(await nextChange(), { target: target.url, to: 'unhealthy' })
  t.is(target.seen.length - before, 3)
  t.is(pool.pick(), undefined)
})

test('a flapping target stays in while it never fails `fall` times in a row', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  let turn = 0
  target.behaviour = (_req, res) => res.writeHead(turn++ % 3 === 0 ? 200 : 503).end()
  const { pool, changes } = openPool(t, { targets: [target.url], health: { ...health, interval: '10ms' } })
  await pool.warm()
  await target.requests(12)
  t.deepEqual(changes, [])
  t.is(pool.pick()?.url, target.url)
})

test('a target that hangs is out after `fall` timeouts, with never two probes at once', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const { pool, nextChange } = openPool(t, { targets: [target.url], health: { ...health, interval: '10ms', timeout: '500ms', fall: 2 } })
  await pool.warm()
  target.behaviour = 'hang'
  target.mostConcurrent = 0
  const before = target.seen.length
  t.deepEqual(await nextChange(), { target: target.url, to: 'unhealthy' })
  t.is(target.seen.length - before, 2)
  t.is(target.mostConcurrent, 1)
})

test('a connection reset during a probe takes the target out at once', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const { pool, nextChange } = openPool(t, { targets: [target.url], health: { ...health, fall: 50 } })
  await pool.warm()
  target.behaviour = 'reset'
  t.deepEqual(await nextChange(), { target: target.url, to: 'unhealthy' })
})

test('statuses and their bodies: a listed status is healthy, however long its body', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = (_req, res) => {
    res.writeHead(418)
    res.write('x'.repeat(1_000))
  }
  const { pool, changes } = openPool(t, { targets: [target.url], health: { ...health, timeout: '500ms', statuses: [418] } })
  await pool.warm()
  t.deepEqual(changes, [])
})

test('a probe asks the path at the root of the origin, on a connection of its own', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const headers: (string | undefined)[] = []
  target.behaviour = (req, res) => {
    headers.push(req.headers.connection)
    res.end()
  }
  const { pool } = openPool(t, { targets: [`${target.url}/base`], health })
  await pool.warm()
  t.deepEqual(target.seen, ['/healthz'])
  t.deepEqual(headers, ['close'])
})

test('probes do not wait behind traffic', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = (req, res) => {
    if (req.url === '/healthz') res.end()
  }
  const { pool, changes } = openPool(t, { targets: [target.url], connections: 1, health })
  await pool.warm()
  const { dispatcher, url } = pool.targets[0] as (typeof pool.targets)[0]
  const stuck = dispatcher.request({ origin: url, path: '/slow', method: 'GET' })
  await target.requests(6)
  t.deepEqual(changes, [])
  await pool.close()
  await t.throwsAsync(stuck, { code: 'UND_ERR_DESTROYED' })
})

test('a target reported as unreachable is out at once and probed soon, not an interval later', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const { pool, nextChange } = openPool(t, { targets: [target.url], health: { ...health, interval: '10m', rise: 1 } })
  await pool.warm()
  const [only] = pool.targets as [(typeof pool.targets)[0]]
  pool.reportUnreachable(only)
  pool.reportUnreachable(only)
  t.is(pool.pick(), undefined)
  t.deepEqual(await nextChange(), { target: target.url, to: 'unhealthy' })
  t.deepEqual(await nextChange(), { target: target.url, to: 'healthy' })
  t.is(pool.pick(), only)
})

test('without health checks a reported target stays in, since nothing could bring it back', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const { pool, changes } = openPool(t, { targets: [target.url] })
  await pool.warm()
  pool.reportUnreachable(pool.targets[0] as (typeof pool.targets)[0])
  t.is(pool.pick(), pool.targets[0])
  t.deepEqual(changes, [])
})

test('C-15 a probe by TCP is content with a connection, and no request is sent', async (t) => {
  const [alive, dead] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  alive.behaviour = 500
  await dead.stop()
  const { pool } = openPool(t, { targets: [alive.url, dead.url], health: { type: 'tcp', interval: '10m' } })
  await pool.warm()
  t.deepEqual(picked(pool, 4), [alive.url])
  t.deepEqual(alive.seen, [])
})

test('C-15 an unhealthy target is probed at an interval of its own', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = 503
  const { pool, nextChange } = openPool(t, {
    targets: [target.url],
    health: { ...health, interval: '10m', unhealthyInterval: '20ms', jitter: 50 },
  })
  await pool.warm()
  t.deepEqual(await nextChange(), { target: target.url, to: 'unhealthy' })
  target.behaviour = 200
  t.deepEqual(await nextChange(), { target: target.url, to: 'healthy' })
})
