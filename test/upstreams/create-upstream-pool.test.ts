import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
// Gives dispatchers `request`.
import 'undici'
import type { Target } from '../../runtime/upstreams/target.js'
import { openPool, picked, startTargets } from './open-pool.js'
import type { ScriptedTarget } from './scripted-target.js'

const get = (target: Target, headers: Record<string, string> = {}) =>
  target.dispatcher.request({ origin: target.url, path: '/', method: 'GET', headers })

test('a target is known by its URL without trailing slash, its authority and its base path', (t) => {
  const { pool } = openPool(t, { targets: ['http://LOCALHOST:4001/base/', { url: 'https://[::1]:443/', weight: 3 }], balance: 'weighted' })
  t.like(pool.targets[0], { url: 'http://LOCALHOST:4001/base', authority: 'localhost:4001', basePath: '/base', weight: 1 })
  t.like(pool.targets[1], { url: 'https://[::1]:443', authority: '[::1]', basePath: '', weight: 3 })
})

test('a target that just failed is avoided while another is usable', async (t) => {
  const { pool } = openPool(t, { targets: ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:3'] })
  const [first, ...others] = pool.targets as [Target, ...Target[]]
  t.deepEqual(
    picked(pool, 9, first),
    others.map(({ url }) => url),
  )
})

test('a target that just failed is picked again where it is the only one', async (t) => {
  const { pool } = openPool(t, { targets: ['http://127.0.0.1:1'] })
  const [only] = pool.targets as [Target]
  t.is(pool.pick(only), only)
})

test('a failed target that is also unhealthy leaves the choice among all the healthy ones', async (t) => {
  const [a, b] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  const { pool } = openPool(t, { targets: [a.url, b.url, 'http://127.0.0.1:9'], health: { path: '/', interval: '10m' } })
  await pool.warm()
  t.deepEqual(picked(pool, 6, pool.targets[2]), [a.url, b.url].sort())
})

test('a dead target fails its request and nothing else', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const { pool } = openPool(t, { targets: [target.url] })
  const [only] = pool.targets as [Target]
  await target.stop()
  await t.throwsAsync(get(only), { code: 'ECONNREFUSED' })
  await target.start()
  const { statusCode, body } = await get(only)
  await body.dump()
  t.is(statusCode, 200)
})

test('the connect timeout covers TLS and is exact', async (t) => {
  const sockets = new Set<Socket>()
  const silent = createTcpServer((socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const { pool } = openPool(t, {
    targets: [`https://127.0.0.1:${(silent.address() as AddressInfo).port}`],
    timeouts: { connect: '150ms' },
  })
  const startedAt = performance.now()
  await t.throwsAsync(get(pool.targets[0] as Target), { code: 'UND_ERR_CONNECT_TIMEOUT' })
  const took = performance.now() - startedAt
  t.true(took >= 145 && took < 700, `${took} ms`)
})

test('certificates are verified against the target’s own name, whatever Host the request carries', async (t) => {
  const pem = await readFile(new URL('./fixtures/localhost.pem', import.meta.url))
  const asked: string[] = []
  const server = createTlsServer({
    key: pem,
    cert: pem,
    SNICallback: (name, done) => {
      asked.push(name)
      done(null)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  t.teardown(() => server.close())
  const { pool } = openPool(t, { targets: [`https://localhost:${(server.address() as AddressInfo).port}`] })
  await t.throwsAsync(get(pool.targets[0] as Target, { host: 'evil.example' }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  t.deepEqual(asked, ['localhost'])
})

test('close lets a request in flight end', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  let finish = () => {}
  target.behaviour = (_req, res) => {
    res.write('first ')
    finish = () => res.end('last')
  }
  const { pool } = openPool(t, { targets: [target.url] }, { closeWithin: 60_000 })
  const { body } = await get(pool.targets[0] as Target)
  const closed = pool.close()
  t.is(pool.close(), closed, 'closing twice is closing once')
  finish()
  t.is(await body.text(), 'first last')
  await closed
})

test('close cuts what has not ended in time', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = 'hang'
  const { pool } = openPool(t, { targets: [target.url] }, { closeWithin: 50 })
  const stuck = get(pool.targets[0] as Target)
  await target.requests(1)
  await Promise.all([pool.close(), t.throwsAsync(stuck)])
})

test('a pool closed before its first probe ends is warm and stays silent', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = 'hang'
  const { pool, changes } = openPool(t, { targets: [target.url], health: { path: '/', timeout: '10m' } })
  await target.requests(1)
  await pool.close()
  await pool.warm()
  t.deepEqual(changes, [])
})

test('a closed pool keeps no process alive', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  const script = fileURLToPath(new URL('./close-and-exit.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import=tsx/esm', '--conditions=@gatewright/source', script, target.url],
    { timeout: 20_000 },
  )
  t.is(stdout, 'closed after 200\n')
})

test('an ejected target still serves where all others are unhealthy', async (t) => {
  const [ill, dead] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  await dead.stop()
  const counted: string[] = []
  const deps = { count: (name: string) => counted.push(name) }
  const { pool } = openPool(
    t,
    { targets: [ill.url, dead.url], health: { path: '/', interval: '10m' }, ejection: { consecutive5xx: 1 } },
    deps,
  )
  await pool.warm()
  pool.report(pool.targets[0] as Target, 'response', 500, 1)
  t.true(counted.includes('gatewright_target_ejections_total'))
  t.deepEqual(picked(pool, 5), [ill.url])
})
