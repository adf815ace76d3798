import { gzipSync } from 'node:zlib'
import test from 'ava'
import { route } from 'gatewright'
import { z } from 'zod'
import { LANES } from '../helpers/start-gateway.js'
import { type Answer, json, type MirrorStage, startStage } from './mirror-stage.js'

const Item = z.object({ id: z.string(), price: z.number(), tags: z.array(z.string()).optional(), at: z.string().optional() })
const List = z.object({ items: z.array(Item), owners: z.record(z.string(), z.object({ name: z.string() })).optional() })
const item = { id: 'a', price: 1, tags: ['x', 'y'], at: '2026-11-24T20:00:00Z' }
const list = { items: [item, { ...item, id: 'b' }], owners: { 'ann@example.org': { name: 'Ann' } }, internal: { host: 'one' } }

/** Waits until one more comparison is counted; the places that were found. */
async function compare(s: MirrorStage, path = '/'): Promise<readonly string[] | 'same' | 'not_compared'> {
  const count = ({ routes }: Awaited<ReturnType<MirrorStage['report']>>) =>
    Object.values(routes[0]?.comparisons ?? {}).reduce((total, one) => total + one, 0)
  const before = await s.report(() => true)
  await (await fetch(`${s.gateway.url}${path}`)).arrayBuffer()
  const after = await s.report((found) => count(found) > count(before))
  if (after.differences.length > before.differences.length) return after.differences[0]?.paths ?? []
  return after.routes[0]?.comparisons['not_compared'] === (before.routes[0]?.comparisons['not_compared'] ?? 0) + 1 ? 'not_compared' : 'same'
}

for (const lifecycle of LANES) {
  const read = { method: 'GET', path: '/{path*}', lifecycle } as const

  test.serial(`${lifecycle}: a seeded difference is found and no other, by place and never by value`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use, responses: { 200: List } }) }), {
      diff: { ignore: ['/items/*/at'] },
    })
    s.first.answer = json(list)
    // Another order of members, another internal part, another time: nothing that callers are promised.
    const [one, two] = list.items
    const same = { internal: 'two', owners: list.owners, items: [{ at: 'later', ...one, more: 1 }, two] }
    s.second.answer = json({ ...same, items: [{ ...one, at: 'later' }, two] })
    t.is(await compare(s), 'same')
    s.second.answer = json({ ...same, items: [one, { ...two, price: 1.5 }] })
    t.deepEqual(await compare(s), ['/items/*/price'])
    s.second.answer = json({ ...same, owners: { 'ann@example.org': { name: 'secret value' } } })
    t.deepEqual(await compare(s), ['/owners/*/name'])
    s.second.answer = json({ ...same, items: [one] })
    t.deepEqual(await compare(s), ['/items'])
    const { routes, differences } = await s.report(() => true)
    t.deepEqual(routes[0]?.paths, { '/items/*/price': 1, '/owners/*/name': 1, '/items': 1 })
    t.deepEqual(routes[0]?.comparisons, { same: 1, different: 3 })
    t.deepEqual(await s.metrics('gatewright_mirror_differences_total{'), [
      'gatewright_mirror_differences_total{route="read",path="/items/*/price"} 1',
      'gatewright_mirror_differences_total{route="read",path="/owners/*/name"} 1',
      'gatewright_mirror_differences_total{route="read",path="/items"} 1',
    ])
    t.deepEqual(differences[0]?.statuses, [200, 200])
    const logged = s.lines.filter(({ msg }) => msg === 'mirrored response differs')
    t.deepEqual(
      logged.map(({ route: id, statuses, paths }) => [id, statuses, paths]),
      [['read', [200, 200], ['/items/*/price']]],
      'one line in a while',
    )
    t.is(differences.at(-1)?.requestId, logged[0]?.['requestId'] as string)
    t.notRegex(JSON.stringify([s.lines, routes, differences]), /secret value|ann@example|later/)
  })

  test.serial(`${lifecycle}: the order of lists counts unless told otherwise`, async (t) => {
    const routes: Parameters<typeof startStage>[1] = ({ first, use }) => ({
      read: route({ ...read, upstream: first, use, responses: { 200: List } }),
    })
    const turned = { ...list, items: [list.items[1], { ...item, tags: ['y', 'x'] }] }
    for (const [arrays, found] of [
      ['ordered', ['/items/*/id', '/items/*/tags/*']],
      ['unordered', 'same'],
    ] as const) {
      const s = await startStage(t, routes, { diff: { arrays } })
      s.first.answer = json(list)
      s.second.answer = json(turned)
      t.deepEqual(await compare(s), found)
    }
  })

  test.serial(`${lifecycle}: what both upstreams said is compared, before maps, by the upstream’s own schema`, async (t) => {
    const s = await startStage(
      t,
      ({ first, use }) => ({
        read: route({
          ...read,
          upstream: first,
          use,
          responses: { 200: z.object({ name: z.string() }), 404: 'problem' },
          mapStatus: { 201: 200 },
          upstreamResponses: { 200: z.object({ full_name: z.string(), mail: z.string() }) },
          mapResponse: { 200: (body) => ({ name: (body as { full_name: string }).full_name }) },
        }),
      }),
      { diff: {} },
    )
    const sent = { full_name: 'Ann', mail: 'a@example.org', other: 1 }
    s.first.answer = json(sent, 201)
    s.second.answer = json({ ...sent, other: 2 }, 201)
    t.is(await compare(s), 'same')
    s.second.answer = json({ ...sent, mail: 'b@example.org' }, 201)
    t.deepEqual(await compare(s), ['/mail'])
    t.deepEqual(await (await fetch(`${s.gateway.url}/`)).json(), { name: 'Ann' })
    const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'No such thing.', instance: '/1' }
    s.first.answer = json(problem, 404)
    s.second.answer = json({ ...problem, instance: '/2', trace: 1 }, 404)
    t.is(await compare(s), 'same')
    s.second.answer = json({ ...problem, title: 'Gone' }, 404)
    t.deepEqual(await compare(s), ['/title'])
  })

  test.serial(`${lifecycle}: statuses, chosen headers, bodies of no schema and bodies that are no JSON`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use, responses: { 201: 'text' } }) }), {
      diff: { headers: ['Content-Type', 'ETag'] },
    })
    const answer =
      (status: number, headers: Record<string, string>, body: string | Uint8Array): Answer =>
      (_request, res) =>
        void res.writeHead(status, headers).end(body)
    const text = { 'content-type': 'text/plain' }
    for (const [one, other, found] of [
      [answer(200, text, 'a'), answer(404, text, 'b'), ['status']],
      [answer(201, text, 'a'), answer(201, text, 'a'), 'same'],
      [answer(201, text, 'a'), answer(201, text, 'b'), ['body']],
      [answer(201, { ...text, etag: '"1"' }, 'a'), answer(201, { ...text, etag: '"2"', 'x-other': '1' }, 'a'), ['header etag']],
      [answer(201, { etag: '"1"' }, 'a'), answer(201, text, 'a'), ['header content-type', 'header etag']],
      [json({ a: { b: 1 }, c: 1 }), json({ c: '', a: { b: 2 } }), ['/*/*', '/*']],
      [json({ a: 1 }), answer(200, { 'content-type': 'application/json' }, '{'), ['body']],
      [
        answer(200, { 'content-encoding': 'gzip' }, gzipSync('a')),
        answer(200, { 'content-encoding': 'gzip' }, gzipSync('a', { level: 0 })),
        'same',
      ],
      [answer(200, { 'content-encoding': 'gzip' }, gzipSync('a')), answer(200, {}, 'a'), 'same'],
      [answer(200, { 'content-encoding': 'zip' }, 'a'), answer(200, {}, 'a'), 'not_compared'],
      [answer(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(300_000))), answer(200, {}, 'a'), 'not_compared'],
    ] as const) {
      s.first.answer = one
      s.second.answer = other
      t.deepEqual(await compare(s), found)
    }
  })

  test.serial(`${lifecycle}: what is too large, broken off or failed is not compared, and callers see nothing of it`, async (t) => {
    const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use, responses: { 200: List } }) }), {
      diff: { limit: '1kb' },
      timeout: '2s',
    })
    const large = json({ items: [{ ...item, id: 'x'.repeat(2_000) }] })
    for (const [one, other] of [
      [large, json(list)],
      [json(list), large],
      [json(list), ((_request, res) => void res.destroy()) as Answer],
      [((_request, res) => void res.destroy()) as Answer, json(list)],
    ] as const) {
      s.first.answer = one
      s.second.answer = other
      t.is(await compare(s), 'not_compared')
    }
    t.deepEqual((await s.report(() => true)).differences, [])
  })

  test.serial(`${lifecycle}: what another upstream answered in place of the route’s own is not compared`, async (t) => {
    const s = await startStage(
      t,
      ({ first, second, use }) => ({
        read: route({ ...read, upstream: first, use, fallback: { upstream: second } }),
      }),
      { diff: {} },
    )
    s.first.answer = (_request, res) => void res.writeHead(500).end('broken')
    t.is(await compare(s), 'not_compared')
    s.first.answer = json({ from: 'second' })
    t.is(await compare(s), 'same')
  })

  test.serial(
    `${lifecycle}: a caller who leaves, and an upstream that is slower than its mirror, take no copy's place for long`,
    async (t) => {
      const s = await startStage(t, ({ first, use }) => ({ read: route({ ...read, upstream: first, use }) }), {
        diff: {},
        concurrency: 1,
        timeout: '1s',
      })
      s.first.answer = () => undefined
      const leaving = new AbortController()
      const left = fetch(s.gateway.url, { signal: leaving.signal }).catch(() => 'left')
      await s.second.arrived(1)
      leaving.abort()
      t.is(await left, 'left')
      await s.report(({ routes }) => routes[0]?.comparisons['not_compared'] === 1)
      let answer = () => {}
      s.first.answer = (_request, res) => {
        answer = () => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"from":"late"}')
      }
      const slow = fetch(s.gateway.url)
      await s.report(({ routes }) => routes[0]?.comparisons['not_compared'] === 2)
      answer()
      t.deepEqual(await (await slow).json(), { from: 'late' })
      s.first.answer = json({ from: 'second' })
      t.is(await compare(s), 'same')
    },
  )
}

test('at most fifty places of a route have a name in the metrics', async (t) => {
  const names = Array.from({ length: 60 }, (_, index) => `m${index}`)
  const wide = z.object(Object.fromEntries(names.map((name) => [name, z.number()])))
  const s = await startStage(
    t,
    ({ first, use }) => ({ read: route({ method: 'GET', path: '/', upstream: first, use, responses: { 200: wide } }) }),
    { diff: {} },
  )
  s.first.answer = json(Object.fromEntries(names.map((name) => [name, 1])))
  for (let from = 0; from < 60; from += 20) {
    s.second.answer = json(Object.fromEntries(names.map((name, index) => [name, index >= from && index < from + 20 ? 2 : 1])))
    t.is((await compare(s)).length, 20)
  }
  const lines = await s.metrics('gatewright_mirror_differences_total{')
  t.is(lines.length, 51)
  t.true(lines.includes('gatewright_mirror_differences_total{route="read",path="other"} 10'))
})
