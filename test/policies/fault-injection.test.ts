import test from 'ava'
import { faultInjection } from 'gatewright'
import { signFaultToken } from 'gatewright/testing'
import { isFaultToken } from '../../runtime/policies/fault-token.js'
import { faultInjectionDefinition } from '../../sdk/policies/fault-injection.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { edited, policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const SECRET = 'a secret of at least 32 characters'
const NOW = 1_700_000_000_000
const abort = { problem: 'UPSTREAM_TIMED_OUT', percentage: 25 } as const

/** Compiles a policy as in production. */
function inProduction<T>(compile: () => T): T {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    return compile()
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
}

test('a percentage of the requests is hit, evenly, and counted', (t) => {
  const { code, counts } = runPolicy(faultInjection({ abort }))
  const codes = Array.from({ length: 8 }, () => code(policyExchange()))
  t.deepEqual(codes.map(Boolean), [false, false, false, true, false, false, false, true])
  t.is(counts.length, 2)
})

test('only requests with the header are hit', (t) => {
  const { code } = runPolicy(faultInjection({ abort: { problem: 'UNAVAILABLE' }, when: { header: 'X-Chaos', equals: 'on' } }))
  t.is(code(policyExchange({ 'x-chaos': 'on' })), 'UNAVAILABLE')
  t.is(code(policyExchange({ 'x-chaos': 'off' })), undefined)
  t.is(code(policyExchange()), undefined)
})

test('in production nothing is hit but what carries a valid token, which is not sent on', (t) => {
  t.is(inProduction(() => runPolicy(faultInjection({ abort: { problem: 'UNAVAILABLE' } }))).code(policyExchange()), undefined)
  const { code } = inProduction(() => runPolicy(faultInjection({ abort, token: { secret: SECRET } }), { wall: NOW }))
  const carrying = (token: string) => policyExchange({ 'x-fault-token': token })
  t.is(code(carrying(signFaultToken(SECRET, NOW + 60_000))), 'UPSTREAM_TIMED_OUT')
  for (const bad of ['', 'x', signFaultToken(SECRET, NOW), signFaultToken(`${SECRET}!`, NOW + 60_000)]) {
    const exchange = carrying(bad)
    t.is(code(exchange), undefined, bad)
    t.deepEqual(edited([['x-fault-token', bad]], exchange.requestEdits), [])
  }
})

test('a token holds until its end, at most an hour, and for no other end', (t) => {
  const token = signFaultToken(SECRET, NOW + 3_600_000)
  t.true(isFaultToken(token, SECRET, NOW))
  t.false(isFaultToken(token, SECRET, NOW + 3_600_000))
  t.false(isFaultToken(signFaultToken(SECRET, NOW + 3_600_001), SECRET, NOW))
  t.false(isFaultToken(token.replace(/^\d+/, String(NOW + 1_000)), SECRET, NOW))
})

test('a delay ends early with its exchange', async (t) => {
  const exchange = policyExchange()
  const waiting = runPolicy(faultInjection({ delay: { for: '1h' } })).code(exchange)
  exchange.hooked().finish({ status: 499, aborted: true })
  t.is(await waiting, undefined)
})

for (const [options, key] of [
  [{}, 'delay'],
  [{ abort: { problem: 'TEAPOT' } }, 'abort'],
  [{ abort: { problem: 'UNAVAILABLE', percentage: 101 } }, 'abort'],
  [{ delay: { for: '1s' }, token: { secret: 'short' } }, 'token'],
] as const)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    t.is(faultInjectionDefinition.options.safeParse(options).error?.issues[0]?.path[0], key)
  })

for (const lifecycle of LANES)
  test(`${lifecycle}: a request is held back, then answered with the problem`, async (t) => {
    const policy = faultInjection({ delay: { for: '50ms' }, abort: { problem: 'UPSTREAM_RESET' } })
    const { gateway, up } = await gatewayWith(t, policy, { lifecycle })
    const started = performance.now()
    const response = await fetch(gateway.url)
    t.is(response.status, 502)
    t.like(await response.json(), { code: 'UPSTREAM_RESET' })
    t.true(performance.now() - started >= 45)
    t.is(up.requests.length, 0)
  })
