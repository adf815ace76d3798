import test from 'ava'
import fc from 'fast-check'
import { compileCalendar } from '../../runtime/limits/calendar.js'
import type { QuotaUnit } from '../../sdk/schemas/quota-rate.js'

/** This window at a time, in UTC. */
function windowAt(time: string, unit: QuotaUnit, timeZone = 'UTC', anchor = 1): string {
  const [, start, end] = compileCalendar(unit, timeZone, anchor)(Date.parse(time))
  const text = (instant: number) => new Date(instant).toISOString().replace(/(:00)?\.000Z$/, '')
  return `${text(start)} ${text(end)}`
}

const TIMES: readonly [time: string, unit: QuotaUnit, timeZone: string, anchor: number, window: string][] = [
  ['2026-11-24T08:52:35.123Z', 'hour', 'UTC', 1, '2026-11-24T08:00 2026-11-24T09:00'],
  ['2026-11-24T08:52:35Z', 'hour', 'Asia/Kolkata', 1, '2026-11-24T08:30 2026-11-24T09:30'],
  ['2026-11-24T08:52:35Z', 'day', 'UTC', 1, '2026-11-24T00:00 2026-11-25T00:00'],
  ['2026-11-24T00:00:00Z', 'day', 'UTC', 1, '2026-11-24T00:00 2026-11-25T00:00'],
  ['2026-11-24T23:30:00Z', 'day', 'Europe/Berlin', 1, '2026-11-24T23:00 2026-11-25T23:00'],
  // 23 and 25 hours long.
  ['2026-03-29T12:00:00Z', 'day', 'Europe/Berlin', 1, '2026-03-28T23:00 2026-03-29T22:00'],
  ['2026-10-25T12:00:00Z', 'day', 'Europe/Berlin', 1, '2026-10-24T22:00 2026-10-25T23:00'],
  // No midnight: clocks went from 00:00 to 01:00.
  ['2018-11-04T12:00:00Z', 'day', 'America/Sao_Paulo', 1, '2018-11-04T03:00 2018-11-05T02:00'],
  ['2018-11-03T12:00:00Z', 'day', 'America/Sao_Paulo', 1, '2018-11-03T03:00 2018-11-04T03:00'],
  // Two midnights: clocks went from 00:00 back to 23:00.
  ['2018-02-17T12:00:00Z', 'day', 'America/Sao_Paulo', 1, '2018-02-17T02:00 2018-02-18T03:00'],
  // No day: 30 December was left out.
  ['2011-12-29T20:00:00Z', 'day', 'Pacific/Apia', 1, '2011-12-29T10:00 2011-12-30T10:00'],
  ['2026-11-24T08:00:00Z', 'week', 'UTC', 1, '2026-11-23T00:00 2026-11-30T00:00'],
  ['2026-11-29T23:59:59Z', 'week', 'UTC', 1, '2026-11-23T00:00 2026-11-30T00:00'],
  ['2026-01-01T00:00:00Z', 'week', 'UTC', 1, '2025-12-29T00:00 2026-01-05T00:00'],
  ['2026-11-24T08:00:00Z', 'month', 'UTC', 1, '2026-11-01T00:00 2026-12-01T00:00'],
  ['2026-12-31T23:30:00Z', 'month', 'Europe/Berlin', 1, '2026-12-31T23:00 2027-01-31T23:00'],
  ['2026-11-14T23:59:59Z', 'month', 'UTC', 15, '2026-10-15T00:00 2026-11-15T00:00'],
  ['2026-11-15T00:00:00Z', 'month', 'UTC', 15, '2026-11-15T00:00 2026-12-15T00:00'],
  ['2026-02-10T00:00:00Z', 'month', 'UTC', 31, '2026-01-31T00:00 2026-02-28T00:00'],
  ['2028-02-29T00:00:00Z', 'month', 'UTC', 31, '2028-02-29T00:00 2028-03-31T00:00'],
  ['2026-01-05T00:00:00Z', 'month', 'UTC', 15, '2025-12-15T00:00 2026-01-15T00:00'],
  ['2026-11-24T08:00:00Z', 'year', 'America/New_York', 1, '2026-01-01T05:00 2027-01-01T05:00'],
]

for (const [time, unit, timeZone, anchor, window] of TIMES)
  test(`${time} in ${timeZone} is in the ${unit} ${window}, from day ${anchor}`, (t) => {
    t.is(windowAt(time, unit, timeZone, anchor), window)
  })

test('windows hold the time, follow each other without a gap, and are the same however they are reached', (t) => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Africa/Cairo',
  ]
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom<QuotaUnit>('day', 'week', 'month', 'year'),
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2045, 0) }),
        (zone, unit, day, now) => {
          const anchor = unit === 'month' ? day : 1
          const at = (instant: number) => compileCalendar(unit, zone, anchor)(instant)
          const [before, start, end, after] = at(now)
          const [, , , afterNext] = at(end)
          return (
            before < start &&
            start <= now &&
            now < end &&
            end < after &&
            after < afterNext &&
            [start, end - 1].every((instant) => at(instant)[1] === start && at(instant)[2] === end) &&
            at(start - 1)[1] === before &&
            at(start - 1)[2] === start &&
            at(end)[1] === end &&
            at(end)[2] === after
          )
        },
      ),
      { numRuns: 500 },
    ),
  )
})
