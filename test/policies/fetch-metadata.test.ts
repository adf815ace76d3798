import test from 'ava'
import { type FetchMetadataOptions, fetchMetadata } from 'gatewright'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const request = (site: string | undefined, method = 'POST', mode = 'cors', dest = 'empty') =>
  policyExchange({ ...(site !== undefined && { 'sec-fetch-site': site }), 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }, method)

const passes = (options: FetchMetadataOptions, exchange: ReturnType<typeof request>) =>
  runPolicy(fetchMetadata(options)).code(exchange) === undefined

test('what the site itself, the user and programs send passes', (t) => {
  for (const site of ['same-origin', 'same-site', 'none', undefined]) t.true(passes({}, request(site)), site)
})

test('what another site makes a browser send is refused', (t) => {
  t.is(runPolicy(fetchMetadata()).code(request('cross-site')), 'CROSS_SITE_REQUEST')
  for (const site of ['', 'Same-Origin', 'same-origin, cross-site']) t.false(passes({}, request(site)), site)
})

test('a link to here may be followed, unless it embeds or writes', (t) => {
  t.true(passes({}, request('cross-site', 'GET', 'navigate', 'document')))
  t.false(passes({}, request('cross-site', 'POST', 'navigate', 'document')))
  t.false(passes({}, request('cross-site', 'GET', 'navigate', 'object')))
  t.false(passes({}, request('cross-site', 'GET', 'no-cors', 'image')))
  t.false(passes({ navigations: false }, request('cross-site', 'GET', 'navigate', 'document')))
})

test('other origins of the site and requests without the field can be refused', (t) => {
  t.false(passes({ sameSite: false }, request('same-site')))
  t.false(passes({ missing: 'deny' }, request(undefined)))
})

test('preflights pass', (t) => {
  const exchange = request('cross-site', 'OPTIONS')
  exchange.preflight = true
  t.true(passes({}, exchange))
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a forged request gets 403, and every response says what it depends on`, async (t) => {
    const { gateway, up } = await gatewayWith(t, fetchMetadata(), { lifecycle })
    const forged = await gateway.inject({ method: 'POST', url: '/a', headers: { 'sec-fetch-site': 'cross-site' } })
    t.is(forged.status, 403)
    t.is(forged.headers['vary'], 'Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest')
    t.is(up.requests.length, 0)
    t.is((await gateway.inject({ method: 'POST', url: '/a', headers: { 'sec-fetch-site': 'same-origin' } })).status, 200)
  })
