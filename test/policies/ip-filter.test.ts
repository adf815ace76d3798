import test from 'ava'
import { type IpFilterOptions, ipFilter } from 'gatewright'
import { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { ipFilterDefinition } from '../../sdk/policies/ip-filter.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const from = (address: string) => {
  const { req, res } = policyExchange()
  return new GatewayExchange(req, res, '/', '', address, 'r-1', 0)
}

const cases: [string, IpFilterOptions, string[], string[]][] = [
  ['a network', { allow: ['10.0.0.0/8'] }, ['10.0.0.0', '10.255.255.255'], ['11.0.0.0', '9.255.255.255', '::1', 'unix']],
  ['one address', { allow: ['192.0.2.7'] }, ['192.0.2.7'], ['192.0.2.70', '192.0.2.6']],
  ['deny over allow', { allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'] }, ['10.2.0.1'], ['10.1.0.1', '192.0.2.1']],
  ['deny alone', { deny: ['2001:db8::/32'] }, ['2001:db9::1', '192.0.2.1'], ['2001:db8::1', '2001:db8:ffff::']],
  ['IPv6', { allow: ['2001:db8::/33'] }, ['2001:db8:7fff::1'], ['2001:db8:8000::1']],
]
for (const [name, options, passes, refused] of cases)
  test(`${name}: exactly the addresses inside`, (t) => {
    const { code } = runPolicy(ipFilter(options))
    for (const address of passes) t.is(code(from(address)), undefined, address)
    for (const address of refused) t.is(code(from(address)), 'ADDRESS_NOT_ALLOWED', address)
  })

test('shadow mode counts and lets pass', (t) => {
  const { code, counts } = runPolicy(ipFilter({ deny: ['192.0.2.0/24'], mode: 'shadow' }))
  t.is(code(policyExchange()), undefined)
  t.is(counts.length, 1)
})

for (const [options, key] of [
  [{}, 'allow'],
  [{ allow: [] }, 'allow'],
  [{ deny: ['10.0.0.0/33'] }, 'deny'],
  [{ deny: ['10.0.0.256'] }, 'deny'],
  [{ deny: ['example.org'] }, 'deny'],
] as const)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    t.is(ipFilterDefinition.options.safeParse(options).error?.issues[0]?.path[0], key)
  })

for (const lifecycle of LANES)
  test(`${lifecycle}: a client outside is answered 403 and the upstream hears nothing`, async (t) => {
    const { gateway, up } = await gatewayWith(t, ipFilter({ deny: ['127.0.0.0/8'] }), { lifecycle })
    const response = await fetch(`${gateway.url}/a`, { headers: { 'x-forwarded-for': '192.0.2.1' } })
    t.is(response.status, 403)
    t.like(await response.json(), { code: 'ADDRESS_NOT_ALLOWED' })
    t.is(up.requests.length, 0)
  })
