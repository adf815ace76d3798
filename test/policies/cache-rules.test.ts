import test from 'ava'
import fc from 'fast-check'
import { cache, defineGateway, type Key, route, upstream } from 'gatewright'
import { readCacheControl, secondsOf } from '../../runtime/cache/cache-control.js'
import { compileCacheKey, keepParameters, variantKey } from '../../runtime/cache/cache-key.js'
import { httpDate } from '../../runtime/cache/header-lines.js'
import { PurgeTimes } from '../../runtime/cache/purge-times.js'
import type { StoredResponse } from '../../runtime/cache/stored-response.js'
import { freshFor, termsOf } from '../../runtime/cache/terms.js'
import { createMemorySharedState } from '../../runtime/stores/memory-shared-state.js'
import { type CacheSettings, cacheDefinition } from '../../sdk/policies/cache.js'
import { numbered, seen, startCaching } from '../helpers/caching.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { policyExchange } from './policy-exchange.js'

const settings = (options: object = {}): CacheSettings => cacheDefinition.options.parse(options)
const minute = { 'cache-control': 'max-age=60' }

const caller: Key<{ readonly headers: Readonly<Record<string, unknown>> }, string> = {
  label: 'caller',
  read: ({ headers }) => String(headers['x-caller'] ?? ''),
}

const directive = fc.oneof(
  fc.constantFrom('no-store', 'private', 'no-cache', 'public', 'max-age', 's-maxage', 'must-revalidate', 'stale-if-error'),
  fc.string(),
)
const value = fc.oneof(fc.constantFrom('', '=60', '=0', '=-1', '=NaN', '=1e9', '="60"', '="', '=999999999999999999999'), fc.string())
const control = fc.array(fc.tuple(directive, value).map(([name, text]) => name + text)).map((all) => all.join(','))

test('whatever Cache-Control, Age, Date and Expires say, every time is a number, and no-store is not stored', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(control, fc.string(), fc.string(), fc.string(), fc.boolean(), (text, age, date, expires, override) => {
        const headers = ['cache-control', text, 'age', age, 'date', date, 'expires', expires, 'etag', '"v1"']
        const arrival = { status: 200, headers, asked: 1_700_000_000_000, received: 1_700_000_000_050, wall: 1_700_000_000_050 }
        const terms = termsOf(arrival, settings({ ttl: '1m', override, staleIfError: '1m' }))
        if (!terms) return
        for (const time of [
          terms.lifetime,
          terms.initialAge,
          terms.staleIfError,
          terms.staleWhileRevalidate,
          freshFor(terms, arrival.received),
        ])
          t.true(Number.isFinite(time))
        t.true(terms.lifetime >= 0 && terms.initialAge >= 50)
        // Inside quotes it is no directive.
        if (!text.includes('"')) t.notRegex(text.toLowerCase(), /(?:^|,)[ \t]*(?:no-store|private)[ \t]*(?:,|$)/)
      }),
      { numRuns: 2_000 },
    ),
  )
})

test('Cache-Control is read to its grammar', (t) => {
  const { directives, wellFormed } = readCacheControl(' Max-Age=5 ,, no-cache="a, b" , x="\\"", max-age="7",')
  t.true(wellFormed)
  t.deepEqual(
    [...directives],
    [
      ['max-age', ['5', '7']],
      ['no-cache', ['a, b']],
      ['x', ['\\"']],
    ],
  )
  t.deepEqual([secondsOf(directives, 'max-age'), secondsOf(directives, 'x'), secondsOf(directives, 'y')], [5, 0, undefined])
  for (const text of ['a b', 'a=', 'a="', '=5', 'a=b=c', 'a = 5', 'a;b', 'ä']) t.false(readCacheControl(text).wellFormed, text)
})

test('HTTP dates are those of RFC 9110, and nothing else', (t) => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37)
  for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
    t.is(httpDate(text), time, text)
  for (const text of ['0', '1994', '1994-11-06', 'Sun, 06 Nov 1994 08:49:37', 'Sun, 06 Nov 1994 08:49:37 +0100', ''])
    t.is(httpDate(text), undefined, text)
})

test('two requests have one key only if all that reaches the upstream is the same', (t) => {
  const keyOf = compileCacheKey(settings({ key: caller }), 'use.cache')
  const parts = fc.record({
    host: fc.string(),
    caller: fc.string(),
    forwarded: fc.option(fc.string(), { nil: undefined }),
    query: fc.string(),
    edit: fc.string(),
  })
  const keyFor = ({
    host,
    caller: who,
    forwarded,
    query,
    edit,
  }: {
    host: string
    caller: string
    forwarded: string | undefined
    query: string
    edit: string
  }) => {
    const exchange = policyExchange({ host, 'x-caller': who, ...(forwarded === undefined ? {} : { forwarded }) })
    exchange.setUpstreamQuery(query)
    exchange.setRequestHeader('x-edit', edit)
    return keyOf(exchange)
  }
  t.notThrows(() =>
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same =
          JSON.stringify({ ...one, host: one.host.toLowerCase() }) === JSON.stringify({ ...other, host: other.host.toLowerCase() })
        return (keyFor(one) === keyFor(other)) === same
      }),
    ),
  )
})

test('variants are told apart by what goes upstream, and a missing field from an empty one', (t) => {
  const variant = (headers: Record<string, string>, edit?: string) => {
    const exchange = policyExchange(headers)
    if (edit !== undefined) exchange.setRequestHeader('accept', edit)
    return variantKey('k', ['accept', 'accept-language'], exchange)
  }
  t.not(variant({}), variant({ accept: '' }))
  t.not(variant({ accept: 'a' }), variant({ 'accept-language': 'a' }))
  t.is(variant({ accept: 'a' }, 'b'), variant({ accept: 'c' }, 'b'))
})

test('parameters that are kept stay as they came', (t) => {
  const names = new Set(['a', 'b c'])
  t.is(keepParameters('a=1&x=2&b+c=%41&a&&b%20c', names), 'a=1&b+c=%41&a&b%20c')
  t.is(keepParameters('%zz=1&a=%zz', names), 'a=%zz')
  t.is(keepParameters('', names), '')
})

test('the times of more tags than are remembered become one time for all', async (t) => {
  const clock = fakeClock()
  const purges = new PurgeTimes(clock, createMemorySharedState(clock))
  const asked = (at: number, tag: string) => ({ asked: at, tags: [tag] }) as unknown as StoredResponse
  const start = clock.now()
  await purges.purge('tag:first')
  clock.advance(10)
  t.true(purges.covers(asked(start, 'tag:first')))
  t.false(purges.covers(asked(start, 'tag:other')))
  for (let index = 0; index < 100_000; index++) await purges.purge(`tag:${index}`)
  t.true(purges.covers(asked(start, 'tag:first')))
  t.true(purges.covers(asked(start, 'tag:other')))
  t.false(purges.covers(asked(start + 1, 'tag:other')))
  purges.close()
})

test('callers that a key tells apart get their own responses, with credentials too', async (t) => {
  const { url } = await startCaching(t, 'direct', { key: caller }, numbered(minute))
  const as = (who: string) => seen(url, { headers: { 'x-caller': who, authorization: 'Bearer x', cookie: 'a=1' } })
  t.is(await as('ann'), '200 body 1 [gatewright; fwd=uri-miss; stored]')
  t.is(await as('bob'), '200 body 2 [gatewright; fwd=uri-miss; stored]')
  t.is(await as('ann'), '200 body 1 [gatewright; hit; ttl=60]')
  t.is(await as('bob'), '200 body 2 [gatewright; hit; ttl=60]')
})

test('a caller of whom the key knows nothing passes the store by', async (t) => {
  const unknown = { label: 'unknown', read: () => undefined as unknown as string }
  const { url } = await startCaching(t, 'direct', { key: unknown }, numbered(minute))
  t.is(await seen(url), '200 body 1 [gatewright; fwd=bypass]')
  t.is(await seen(url), '200 body 2 [gatewright; fwd=bypass]')
})

test('a reload keeps what is stored, unless a key tells callers apart', async (t) => {
  for (const [options, kept] of [
    [{}, true],
    [{ key: caller }, false],
  ] as const) {
    const { url, up, gateway } = await startCaching(t, 'direct', options, numbered(minute))
    await seen(`${url}/a`)
    const routes = {
      any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }), use: { cache: cache(options) } }),
    }
    await gateway.reload(defineGateway({ info: { title: 'T', version: '1' }, routes }))
    t.is((await seen(`${url}/a`)).includes('; hit;'), kept)
  }
})

test('memory is bounded: what was used longest ago goes first, and what is too large is not stored', async (t) => {
  const { url } = await startCaching(
    t,
    'direct',
    { memory: '4kb', maxBody: '1kb' },
    (n, received, res) => void res.writeHead(200, minute).end(received.url === '/large' ? 'x'.repeat(1_025) : String(n)),
  )
  for (const path of ['/1', '/2', '/3', '/4', '/5', '/6', '/7', '/8']) await seen(url + path)
  t.false((await seen(`${url}/1`)).includes('; hit;'))
  t.true((await seen(`${url}/8`)).includes('; hit;'))
  await seen(`${url}/large`)
  t.false((await seen(`${url}/large`)).includes('; hit;'))
})

test('outcomes are counted', async (t) => {
  const { url, gateway } = await startCaching(t, 'direct', {}, numbered(minute))
  for (const init of [{}, {}, { headers: { range: 'bytes=0-0' } }, { method: 'POST' }]) await seen(`${url}/a`, init)
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  const counts = [...text.matchAll(/^gatewright_cache_requests_total\{outcome="(\w+)"\} (\d+)/gm)].map(
    ([, outcome, count]) => `${outcome} ${count}`,
  )
  t.deepEqual(counts.sort(), ['bypass 2', 'hit 1', 'miss 1'])
})
