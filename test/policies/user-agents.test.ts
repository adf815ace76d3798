import test from 'ava'
import fc from 'fast-check'
import { userAgents } from 'gatewright'
import { compileWildcard } from '../../runtime/policies/wildcard.js'
import { userAgentsDefinition } from '../../sdk/policies/user-agents.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const agent = (value?: string) => policyExchange(value === undefined ? {} : { 'user-agent': value })

test('deny comes before allow, case does not count', (t) => {
  const { code } = runPolicy(userAgents({ allow: ['shop-app/*', '*bot*'], deny: ['*EvilBot*'] }))
  t.is(code(agent('Shop-App/2.1')), undefined)
  t.is(code(agent('goodbot')), undefined)
  for (const value of ['curl/8', 'x shop-app/1', 'an evilbot 1']) t.is(code(agent(value)), 'CLIENT_NOT_ALLOWED', value)
})

test('a pattern without a star is the whole value', (t) => {
  const { code } = runPolicy(userAgents({ deny: ['curl'] }))
  t.is(code(agent('curl')), 'CLIENT_NOT_ALLOWED')
  t.is(code(agent('curl/8')), undefined)
})

test('an empty or missing value is a matter of `empty` alone', (t) => {
  t.is(runPolicy(userAgents({ allow: ['a'] })).code(agent()), undefined)
  const { code } = runPolicy(userAgents({ empty: 'deny' }))
  for (const value of [undefined, '']) t.is(code(agent(value)), 'CLIENT_NOT_ALLOWED')
  t.is(code(agent('x')), undefined)
})

test('a wildcard matches what the same regular expression does', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 10 })
  fc.assert(
    fc.property(text, text, (pattern, value) => {
      const source = pattern
        .split('*')
        .map((part) => part.replaceAll('.', '\\.'))
        .join('.*')
      t.is(compileWildcard(pattern)(value), new RegExp(`^${source}$`).test(value), `${pattern} on ${value}`)
    }),
    { numRuns: 2_000 },
  )
})

test('a hostile value costs no more than its length', (t) => {
  const matches = compileWildcard(`${'*a'.repeat(100)}*b`)
  const started = performance.now()
  t.false(matches('a'.repeat(16_000)))
  t.true(performance.now() - started < 1_000)
})

test('no rule at all is refused at load', (t) => {
  t.is(userAgentsDefinition.options.safeParse({}).error?.issues[0]?.path[0], 'deny')
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a denied program is answered 403`, async (t) => {
    const { gateway } = await gatewayWith(t, userAgents({ deny: ['*scraper*'] }), { lifecycle })
    t.is((await fetch(gateway.url, { headers: { 'user-agent': 'MyScraper/1' } })).status, 403)
    t.is((await fetch(gateway.url)).status, 200)
  })
