import test from 'ava'
import { apiKey, type DeprecationOptions, defineGateway, resolveGateway, route, upstream } from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import { deprecationText } from '../../generator/client/deprecation-text.js'
import { emitOpenApi } from '../../generator/openapi/emit-open-api.js'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { deprecationSchema } from '../../sdk/deprecation.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const ending: DeprecationOptions = {
  since: '2026-01-01',
  sunset: '2026-12-31T23:00:00+01:00',
  successor: '/v2/orders',
  docs: 'https://example.org/moving',
  brownOuts: [{ start: '2026-10-01T10:00:00Z', end: '2026-10-01T10:15:00Z' }],
  afterSunset: 'gone',
}
const LINK = '</v2/orders>; rel="successor-version", <https://example.org/moving>; rel="deprecation"'

for (const lifecycle of LANES) {
  test(`${lifecycle}: says so in the fields of RFC 9745 and RFC 8594, on answers and problems, beside the upstream’s links`, async (t) => {
    const up = await startUpstream(
      t,
      (_request, res) => void res.writeHead(200, { link: '</next>; rel="next"', sunset: 'never' }).end('{}'),
    )
    const clock = fakeClock(Date.parse('2026-10-01T09:59:59Z'))
    const to = upstream('up', { targets: [up.url] })
    const old = route({ method: 'GET', path: '/orders', upstream: to, lifecycle, deprecated: ending })
    const gateway = await startGateway(t, { old }, {}, { clock })
    const got = await fetch(`${gateway.url}/orders`)
    t.is(got.status, 200)
    t.is(got.headers.get('deprecation'), '@1767225600')
    t.is(got.headers.get('sunset'), 'Thu, 31 Dec 2026 22:00:00 GMT')
    t.is(got.headers.get('link'), `</next>; rel="next", ${LINK}`)
    clock.advance(1_000)
    const off = await fetch(`${gateway.url}/orders`)
    t.is(off.status, 410)
    t.is(off.headers.get('retry-after'), '900')
    t.is(off.headers.get('link'), LINK)
    t.like(await off.json(), { code: 'GONE' })
    clock.advance(900_000)
    t.is((await fetch(`${gateway.url}/orders`)).status, 200)
    clock.advance(Date.parse('2026-12-31T22:00:00Z') - clock.wall())
    const over = await fetch(`${gateway.url}/orders`)
    t.is(over.status, 410)
    t.is(over.headers.get('retry-after'), null)
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: counts who still calls`, async (t) => {
    const up = await startUpstream(t)
    const { id, hash, key } = mintApiKey()
    const to = upstream('up', { targets: [up.url] })
    const auth = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
    const deprecated = { since: '2026-01-01' } as const
    const old = route({ method: 'GET', path: '/orders', upstream: to, lifecycle, auth, deprecated })
    const gateway = await startGateway(t, { old }, { admin: { port: 0 } })
    await fetch(`${gateway.url}/orders`, { headers: { 'x-api-key': key } })
    await fetch(`${gateway.url}/orders`)
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /gatewright_deprecated_requests_total\{route="old",consumer="acme"\} 1/)
    t.regex(metrics, /gatewright_deprecated_requests_total\{route="old",consumer="anonymous"\} 1/)
  })
}

const resolve = (deprecated: boolean | DeprecationOptions) =>
  resolveGateway(
    defineGateway({
      info: { title: 'Test', version: '1.0.0' },
      routes: { old: route({ method: 'GET', path: '/orders', upstream: upstream('up', { targets: ['http://127.0.0.1:1'] }), deprecated }) },
    }),
  )

test('declares exactly what can happen', (t) => {
  const effectsOf = (deprecated: boolean | DeprecationOptions) => resolve(deprecated).routes[0]?.effects()
  const names = (deprecated: boolean | DeprecationOptions) => effectsOf(deprecated)?.headers.map(({ name }) => name) ?? []
  t.true(effectsOf(ending)?.problems.includes('GONE'))
  for (const name of ['Deprecation', 'Sunset', 'Link', 'Retry-After']) t.true(names(ending).includes(name), name)
  t.false(effectsOf({ since: '2026-01-01', sunset: '2026-02-01' })?.problems.includes('GONE'))
  t.false(names({ since: '2026-01-01' }).includes('Link'))
  t.false(names(true).includes('Deprecation'))
})

test('the document and the client’s comment carry the dates and the successor', (t) => {
  const operation = emitOpenApi(resolve(ending)).document.paths?.['/orders']?.get ?? {}
  t.like(operation, {
    deprecated: true,
    'x-sunset': '2026-12-31T22:00:00.000Z',
    'x-deprecation': { since: '2026-01-01T00:00:00.000Z', successor: '/v2/orders', docs: 'https://example.org/moving' },
  })
  t.is(deprecationText(operation), 'Since 2026-01-01. Ends on 2026-12-31. Use /v2/orders instead. See https://example.org/moving')
  t.is(deprecationText({ 'x-sunset': 7, 'x-deprecation': null }), '')
})

for (const [options, key] of [
  [{}, 'since'],
  [{ since: 'soon' }, 'since'],
  [{ since: '2026-01-01', sunset: '2025-12-31' }, 'sunset'],
  [{ since: '2026-01-01', afterSunset: 'gone' }, 'afterSunset'],
  [{ since: '2026-01-01', successor: 'orders' }, 'successor'],
  [{ since: '2026-01-01', docs: '/a>; rel="next"' }, 'docs'],
  [{ since: '2026-01-01', brownOuts: [{ start: '2026-10-01T10:00:00Z', end: '2026-10-01T10:00:00Z' }] }, 'brownOuts'],
] as const)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    t.is(deprecationSchema.safeParse(options).error?.issues[0]?.path[0], key)
  })
