import test from 'ava'
import { type TimeWindowOptions, timeWindow } from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import { timeWindowDefinition } from '../../sdk/policies/time-window.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const isOpen = (options: TimeWindowOptions, at: string) =>
  runPolicy(timeWindow(options), { wall: Date.parse(at) }).code(policyExchange()) === undefined

// 2026-11-24 is a Tuesday.
const office: TimeWindowOptions = { days: ['mon', 'tue'], from: '08:00', to: '18:00', timeZone: 'Europe/Berlin' }
const cases: [string, TimeWindowOptions, string, boolean][] = [
  ['the first minute', office, '2026-11-24T08:00:00+01:00', true],
  ['the minute before', office, '2026-11-24T07:59:59+01:00', false],
  ['the last minute', office, '2026-11-24T17:59:59+01:00', true],
  ['the end', office, '2026-11-24T18:00:00+01:00', false],
  ['another day', office, '2026-11-25T10:00:00+01:00', false],
  ['summer time', office, '2026-07-14T08:00:00+02:00', true],
  ['before summer’s eight', office, '2026-07-14T07:59:00+02:00', false],
  ['over midnight, the evening', { ...office, from: '22:00', to: '06:00' }, '2026-11-24T23:00:00+01:00', true],
  ['over midnight, the morning after', { ...office, from: '22:00', to: '06:00' }, '2026-11-25T05:59:00+01:00', true],
  ['over midnight, the morning of the first day', { ...office, from: '22:00', to: '06:00' }, '2026-11-23T05:00:00+01:00', false],
  ['Sunday night into Monday', { ...office, days: ['sun'], from: '22:00', to: '06:00' }, '2026-11-23T05:00:00+01:00', true],
  ['whole days', { days: ['tue'], timeZone: 'UTC' }, '2026-11-24T23:59:59Z', true],
  ['after whole days', { days: ['tue'], timeZone: 'UTC' }, '2026-11-25T00:00:00Z', false],
]
for (const [name, options, at, open] of cases) test(`${name} is ${open ? 'inside' : 'outside'}`, (t) => t.is(isOpen(options, at), open))

test('the calendar is followed from minute to minute, and the refusal names the hours', (t) => {
  const run = runPolicy(timeWindow(office), { wall: Date.parse('2026-11-24T07:59:30+01:00') })
  t.is(run.problem(policyExchange()).detail, 'Permitted on mon, tue from 08:00 to 18:00 (Europe/Berlin).')
  run.clock.advance(30_000)
  t.is(run.code(policyExchange()), undefined)
})

for (const [options, key] of [
  [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
  [{ timeZone: 'UTC', from: '8:00' }, 'from'],
  [{ timeZone: 'UTC', to: '25:00' }, 'to'],
  [{ timeZone: 'UTC', from: '08:00', to: '08:00' }, 'to'],
  [{ timeZone: 'UTC', days: [] }, 'days'],
] as const)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    t.is(timeWindowDefinition.options.safeParse(options).error?.issues[0]?.path[0], key)
  })

for (const lifecycle of LANES)
  test(`${lifecycle}: 403 outside the hours`, async (t) => {
    const clock = fakeClock(Date.parse('2026-11-24T17:59:59+01:00'))
    const { gateway } = await gatewayWith(t, timeWindow(office), { lifecycle, run: { clock } })
    t.is((await fetch(gateway.url)).status, 200)
    clock.advance(1_000)
    const refused = await fetch(gateway.url)
    t.is(refused.status, 403)
    t.like(await refused.json(), { code: 'OUTSIDE_HOURS' })
  })
