import test from 'ava'
import fc from 'fast-check'
import { backoff } from '../../../runtime/upstreams/retry/backoff.js'
import { readRetryAfter } from '../../../runtime/upstreams/retry/retry-after.js'

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0)
const lines = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'))

const rows: [string, number | undefined][] = [
  ['0', 0],
  ['2', 2_000],
  [' 120 ', 120_000],
  ['Tue, 24 Nov 2026 12:00:03 GMT', 3_000],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026-11-24', undefined],
  ['', undefined],
]
for (const [value, ms] of rows)
  test(`Retry-After ${JSON.stringify(value)} is ${ms ?? 'no time'}`, (t) =>
    t.is(readRetryAfter(lines('Content-Type', 'text/plain', 'retry-AFTER', value), NOW), ms))

test('without the field there is no time', (t) => {
  t.is(readRetryAfter(lines('x-retry-later', '3', 'retry-after2', '3'), NOW), undefined)
})

test('C-18: the wait before a retry is anything from 0 to the base, doubled with each retry, up to the longest', (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 12 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (retries, random) => {
      const wait = backoff({ base: 25, max: 250 }, retries, random)
      return Number.isInteger(wait) && wait >= 0 && wait <= Math.min(250, 25 * 2 ** retries)
    }),
  )
  t.is(backoff({ base: 25, max: 250 }, 0, 0.999), 25)
  t.is(backoff({ base: 25, max: 250 }, 1, 0.999), 50)
  t.is(backoff({ base: 25, max: 250 }, 9, 0.999), 250)
  t.is(backoff({ base: 25, max: 250 }, 9, 0), 0)
})
