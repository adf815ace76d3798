import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { discover, file, type UpstreamOptions } from 'gatewright'
import type { UpstreamEvent } from 'gatewright/runtime'
import { pino } from 'pino'
import { systemClock } from '../../../runtime/clock.js'
import { createUpstreamPool } from '../../../runtime/upstreams/create-upstream-pool.js'
import { upstreamSchema } from '../../../sdk/upstream.js'
import { listFeed } from '../../helpers/list-feed.js'
import { startTargets } from '../open-pool.js'
import type { ScriptedTarget } from '../scripted-target.js'

/** Opens a pool and hears its log and its events. */
function open(t: ExecutionContext, options: UpstreamOptions) {
  const lines: { msg: string; reason?: string }[] = []
  const events: string[] = []
  const waiting = new Set<() => void>()
  const wake = () =>
    setImmediate(() => {
      for (const look of waiting) look()
    })
  const write = (line: string) => {
    lines.push(JSON.parse(line))
    wake()
  }
  const pool = createUpstreamPool(
    { name: 'users', settings: upstreamSchema.parse(options) },
    {
      log: pino({ base: null }, { write }),
      clock: systemClock,
      count: () => undefined,
      tell: ({ target, change }: UpstreamEvent) => {
        events.push(`${change} ${target}`)
        wake()
      },
    },
  )
  t.teardown(() => pool.close())
  const until = (wanted: () => boolean) =>
    new Promise<void>((resolve) => {
      // What watches files keeps no process alive.
      const alive = setInterval(() => undefined, 1_000)
      const look = () => {
        if (!wanted()) return
        waiting.delete(look)
        clearInterval(alive)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { pool, lines, events, until, urls: () => pool.targets.map(({ url }) => url) }
}

function tempFile(t: ExecutionContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'targets-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'targets.json')
  const write = (next: string) => {
    writeFileSync(`${path}.new`, next)
    renameSync(`${path}.new`, path)
  }
  write(text)
  return { path, write }
}

test('a file of targets is there at once, is read again when it changes, and bad content keeps the last good one', async (t) => {
  const { path, write } = tempFile(t, '["http://10.0.0.1", { "url": "http://10.0.0.2", "labels": { "zone": "a" } }]')
  const { pool, urls, until, lines } = open(t, { targets: file(path) })
  t.deepEqual(urls(), ['http://10.0.0.1', 'http://10.0.0.2'])
  t.deepEqual(pool.targets[1]?.labels, { zone: 'a' })
  const reasons = () => lines.flatMap(({ reason }) => reason ?? [])
  write('["http://10.0.0.1", ')
  await until(() => reasons().length === 1)
  write('[]')
  await until(() => reasons().length === 2)
  write('["http://10.0.0.1", { "url": "http://10.0.0.2", "wight": 2 }]')
  await until(() => reasons().length === 3)
  t.deepEqual(urls(), ['http://10.0.0.1', 'http://10.0.0.2'])
  t.regex(reasons().join('; '), /^it is not JSON; expected at least one target; \[1\] /)
  write('["http://10.0.0.3"]')
  await until(() => urls().length === 1)
  t.deepEqual(urls(), ['http://10.0.0.3'])
})

test('a file that was gone and is back as it was is found again', async (t) => {
  const text = '["http://10.0.0.1"]'
  const { path, write } = tempFile(t, text)
  const { urls, until, lines } = open(t, { targets: file(path) })
  rmSync(path)
  await until(() => lines.some(({ reason }) => reason === 'ENOENT'))
  write(text)
  await until(() => lines.some(({ msg }) => msg === 'targets are found again'))
  t.deepEqual(urls(), ['http://10.0.0.1'])
})

test('a file that cannot be used when the config loads is a config error', (t) => {
  for (const [text, expected] of [
    ['{}', /expected array/],
    ['["http://10.0.0.1", "http://10.0.0.1/"]', /twice/],
    ['[{ "url": "http://10.0.0.1", "weight": 2 }]', /\[0\.weight\] a weight of 2 has no effect/],
    ['', /it is (empty|not JSON)/],
  ] as const) {
    const { path } = tempFile(t, text)
    const error = t.throws(() => open(t, { targets: file(path) }), undefined, text) as Error & {
      issues: { code: string; message: string }[]
    }
    t.is(error.issues[0]?.code, 'GW1908')
    t.regex(error.issues[0]?.message ?? '', expected)
  }
  t.throws(() => open(t, { targets: file('/nowhere/targets.json') }), { message: /ENOENT/ })
})

test('a function yields lists; one that is no list is refused, and the function is called again after it throws', async (t) => {
  const feed = listFeed()
  const { urls, pool, until, lines, events } = open(t, { targets: discover(feed.discover) })
  void feed.push(['http://10.0.0.1', 'http://10.0.0.2'])
  await pool.warm()
  t.deepEqual(urls(), ['http://10.0.0.1', 'http://10.0.0.2'])
  await feed.push(['http://10.0.0.1', 7 as never])
  await feed.push(new Error('registry is gone'))
  await until(() => lines.some(({ reason }) => reason === 'registry is gone'))
  t.deepEqual(urls(), ['http://10.0.0.1', 'http://10.0.0.2'])
  await feed.push(['http://10.0.0.2', 'http://10.0.0.3'])
  t.is(feed.calls, 2)
  t.deepEqual(urls(), ['http://10.0.0.2', 'http://10.0.0.3'])
  t.deepEqual(events, ['joined http://10.0.0.1', 'joined http://10.0.0.2', 'left http://10.0.0.1', 'joined http://10.0.0.3'])
  t.true(lines.some(({ msg }) => msg === 'targets are found again'))
})

test('a function that ends has said all it has to say', async (t) => {
  let calls = 0
  const { pool, urls, lines } = open(t, {
    targets: discover(async function* () {
      calls++
      yield ['http://10.0.0.1']
    }),
  })
  await pool.warm()
  await new Promise((resolve) => setImmediate(resolve))
  t.deepEqual(urls(), ['http://10.0.0.1'])
  t.is(calls, 1)
  t.false(lines.some(({ reason }) => reason !== undefined))
})

test('a function that ends with a list that cannot be used is called again', async (t) => {
  let calls = 0
  const { pool, urls, until } = open(t, {
    targets: discover(async function* () {
      yield calls++ === 0 ? [] : ['http://10.0.0.1']
    }),
  })
  await pool.warm()
  t.deepEqual(urls(), [])
  await until(() => urls().length > 0)
  t.is(calls, 2)
})

test('times that no timer can wait are refused', (t) => {
  const targets = discover(async function* () {}, { stale: '25d' })
  t.throws(() => upstreamSchema.parse({ targets }), { message: /expected at most 24d/ })
  t.notThrows(() => upstreamSchema.parse({ targets: { ...targets, stale: '24d' } }))
})

test('a closed pool tells its function to stop, and takes nothing more of it', async (t) => {
  let signal: AbortSignal | undefined
  const { pool, urls } = open(t, {
    targets: discover(async function* (given) {
      signal = given
      yield ['http://10.0.0.1']
      await new Promise((resolve) => given.addEventListener('abort', resolve))
      yield ['http://10.0.0.2']
    }),
  })
  await pool.warm()
  await pool.close()
  t.true(signal?.aborted)
  await new Promise((resolve) => setImmediate(resolve))
  t.deepEqual(urls(), ['http://10.0.0.1'])
})

const health = { path: '/', interval: '50ms', rise: 1 } as const

test('a target that joins healthy ones gets requests after its first good probe', async (t) => {
  const [first, second] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  second.behaviour = 'hang'
  const feed = listFeed()
  const { pool, events, until } = open(t, { targets: discover(feed.discover), health: { ...health, timeout: '2s' } })
  void feed.push([first.url])
  await pool.warm()
  await feed.push([first.url, second.url])
  await second.requests(1)
  t.deepEqual([pool.pick()?.url, pool.pick()?.url], [first.url, first.url])
  second.behaviour = 200
  await until(() => events.includes(`healthy ${second.url}`))
  t.deepEqual([pool.pick()?.url, pool.pick()?.url].sort(), [first.url, second.url].sort())
})

test('where all targets are others at once they get requests right away', async (t) => {
  const [first, second] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  second.behaviour = 'hang'
  const feed = listFeed()
  const { pool } = open(t, { targets: discover(feed.discover), health })
  void feed.push([first.url])
  await pool.warm()
  await feed.push([second.url])
  t.is(pool.pick()?.url, second.url)
})

test('a target that left is probed no more', async (t) => {
  const [first, second] = (await startTargets(t, 2)) as [ScriptedTarget, ScriptedTarget]
  const feed = listFeed()
  const { pool } = open(t, { targets: discover(feed.discover), health: { ...health, interval: '10ms' } })
  void feed.push([first.url, second.url])
  await pool.warm()
  await feed.push([first.url])
  // One may be on its way.
  await first.requests(3)
  const { length } = second.seen
  await first.requests(10)
  t.is(second.seen.length, length)
})

test('a weight that changes is heeded, also by a target that starts slowly', async (t) => {
  const feed = listFeed()
  const { pool } = open(t, { targets: discover(feed.discover), balance: 'weighted', slowStart: { window: '10m', minWeight: 0.1 } })
  void feed.push([{ url: 'http://10.0.0.1', weight: 2 }])
  await pool.warm()
  await feed.push([
    { url: 'http://10.0.0.1', weight: 4, priority: 1, labels: { a: 'b' } },
    { url: 'http://10.0.0.2', weight: 10 },
  ])
  t.like(pool.targets[0], { weight: 4, priority: 1, labels: { a: 'b' } })
  pool.pick()
  t.is(pool.targets[1]?.weight.toFixed(1), '1.0')
  await feed.push([{ url: 'http://10.0.0.2', weight: 100 }])
  pool.pick()
  t.is(pool.targets[0]?.weight.toFixed(0), '10')
})
