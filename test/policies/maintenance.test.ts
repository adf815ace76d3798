import test from 'ava'
import { ip, jwt, maintenance } from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import { z } from 'zod'
import { maintenanceDefinition } from '../../sdk/policies/maintenance.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const windows = [
  { start: '2026-12-01T02:00:00+01:00', end: '2026-12-01T02:10:00+01:00' },
  { start: '2026-12-01T01:05:00Z', end: '2026-12-01T01:20:00Z' },
] as const
const at = (time: string) => runPolicy(maintenance({ windows }), { wall: Date.parse(time) })
const retryAfter = (headers: readonly string[]) => headers[headers.indexOf('Retry-After') + 1]

test('a window holds from its start until before its end', (t) => {
  t.is(at('2026-12-01T00:59:59Z').code(policyExchange()), undefined)
  t.is(at('2026-12-01T01:00:00Z').code(policyExchange()), 'MAINTENANCE')
  t.is(at('2026-12-01T01:19:59Z').code(policyExchange()), 'MAINTENANCE')
  t.is(at('2026-12-01T01:20:00Z').code(policyExchange()), undefined)
})

test('Retry-After counts to the end, of the later one where windows overlap', (t) => {
  t.is(retryAfter(at('2026-12-01T01:00:00Z').problem(policyExchange()).headers), '600')
  t.is(retryAfter(at('2026-12-01T01:06:00Z').problem(policyExchange()).headers), '840')
  t.is(retryAfter(at('2026-12-01T01:19:59.500Z').problem(policyExchange()).headers), '1')
})

test('switched on, it holds until switched off; preflights and exceptions pass', (t) => {
  const { code } = runPolicy(maintenance({ active: true, retryAfter: '2m', except: { by: ip, values: ['192.0.2.7'] } }))
  t.is(code(policyExchange()), undefined)
  const closed = runPolicy(maintenance({ active: true, retryAfter: '2m' }))
  t.is(retryAfter(closed.problem(policyExchange()).headers), '120')
  const preflight = policyExchange({}, 'OPTIONS')
  preflight.preflight = true
  t.is(closed.code(preflight), undefined)
})

test('shadow mode counts and lets pass', (t) => {
  const { code, counts } = runPolicy(maintenance({ active: true, mode: 'shadow' }))
  t.is(code(policyExchange()), undefined)
  t.is(counts.length, 1)
})

test('an exception that reads the auth waits for it', (t) => {
  const session = jwt({ issuer: 'https://id.example.org/', audience: 'a', algorithms: ['RS256'], claims: z.object({ sub: z.string() }) })
  const phase = (except: unknown) => maintenanceDefinition.phaseOf(maintenanceDefinition.options.parse({ active: true, except }))
  t.is(phase({ by: session.key((auth) => auth.claims.sub), values: ['ops'] }), 'authorize')
  t.is(phase({ by: ip, values: ['ops'] }), 'admit')
})

for (const [options, path] of [
  [{}, ['windows']],
  [{ windows: [{ start: '2026-12-01T02:00:00', end: '2026-12-01T03:00:00Z' }] }, ['windows', 0, 'start']],
  [{ windows: [{ start: '2026-12-01T02:00:00Z', end: '2026-12-01T02:00:00Z' }] }, ['windows', 0, 'end']],
] as const)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    t.deepEqual(maintenanceDefinition.options.safeParse(options).error?.issues[0]?.path, [...path])
  })

for (const lifecycle of LANES)
  test(`${lifecycle}: 503 with Retry-After during a window, 200 after it`, async (t) => {
    const clock = fakeClock(Date.parse('2026-12-01T01:19:00Z'))
    const { gateway, up } = await gatewayWith(t, maintenance({ windows }), { lifecycle, run: { clock } })
    const closed = await fetch(gateway.url)
    t.is(closed.status, 503)
    t.is(closed.headers.get('retry-after'), '60')
    t.like(await closed.json(), { code: 'MAINTENANCE' })
    t.is(up.requests.length, 0)
    clock.advance(60_000)
    t.is((await fetch(gateway.url)).status, 200)
  })
