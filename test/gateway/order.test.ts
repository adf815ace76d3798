import test from 'ava'
import { apiKey, ip, rateLimit, route, upstream } from 'gatewright'
import { mintApiKey } from 'gatewright/runtime'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

for (const lifecycle of LANES) {
  test(`${lifecycle}: a limiter by address counts refused credentials; one by consumer does not`, async (t) => {
    const up = await startUpstream(t)
    const minted = mintApiKey('gw')
    const partner = apiKey({ keys: [{ id: minted.id, hash: minted.hash, consumer: 'a' }] })
    const own = rateLimit({ by: partner.key((auth) => auth.consumer), limit: '1/h' })
    const gateway = await startGateway(
      t,
      { get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [up.url] }), lifecycle, auth: partner, use: { own } }) },
      { use: { flood: rateLimit({ by: ip, limit: '5/h' }) } },
    )
    const ask = async (key: string) => (await fetch(gateway.url, { headers: { 'x-api-key': key } })).status
    t.deepEqual(
      [await ask('guess'), await ask('guess'), await ask(minted.key), await ask(minted.key), await ask('guess')],
      [401, 401, 200, 429, 401],
    )
    t.is(await ask(minted.key), 429)
    t.is(up.requests.length, 1)
    t.deepEqual(gateway.inspect()[0]?.steps, ['admit rate-limit', 'authenticate api-key', 'limit rate-limit', 'forward up'])
  })
}
