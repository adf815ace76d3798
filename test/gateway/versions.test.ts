import test, { type ExecutionContext } from 'ava'
import { type GroupOptions, group, type RouteTree, route, upstream, versions } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Api = (version: '1' | '2') => GroupOptions['version'] & {}

async function start(
  t: ExecutionContext,
  api: Api,
  lifecycle: 'direct' | 'hapi',
  more: (up: ReturnType<typeof upstream>) => RouteTree = () => ({}),
) {
  const service = await startUpstream(t, ({ url }, res) => void res.end(url))
  const up = upstream('up', { targets: [service.url] })
  const first = group({ version: api('1') })
  const gateway = await startGateway(t, {
    one: first.route({ method: 'GET', path: '/a', upstream: up, upstreamPath: '/one', lifecycle }),
    two: route({ method: 'GET', path: '/a', upstream: up, upstreamPath: '/two', version: api('2'), lifecycle }),
    ...more(up),
  })
  return async (headers: Record<string, string> = {}, query = '') => {
    const response = await fetch(`${gateway.url}/a${query}`, { headers })
    const text = await response.text()
    if (response.headers.get('content-type') !== 'application/problem+json') return text
    const { code, versions: known } = JSON.parse(text) as { code: string; versions: string[] }
    return `${response.status} ${code} ${known}`
  }
}

const UNKNOWN = '400 UNKNOWN_VERSION 1,2'

for (const lifecycle of LANES) {
  test(`${lifecycle}: a header names the version, and the default takes requests without one`, async (t) => {
    const get = await start(t, versions({ header: 'X-Api-Version', known: ['1', '2'], default: '2' }), lifecycle)
    t.is(await get({ 'x-api-version': '1' }), '/one')
    t.is(await get({ 'x-api-version': '2' }), '/two')
    t.is(await get(), '/two')
    t.is(await get({ 'x-api-version': '3' }), UNKNOWN)
  })

  test(`${lifecycle}: a query parameter names the version; without a default it must`, async (t) => {
    const get = await start(t, versions({ query: 'v', known: ['1', '2'] }), lifecycle)
    t.is(await get({}, '?v=1'), '/one?v=1')
    t.is(await get({}, '?v=2'), '/two?v=2')
    t.is(await get({}, '?v=9'), UNKNOWN)
    t.is(await get(), UNKNOWN)
  })

  test(`${lifecycle}: a media type in Accept names the version`, async (t) => {
    const get = await start(t, versions({ accept: 'application/vnd.shop.v{version}+json', known: ['1', '2'], default: '1' }), lifecycle)
    t.is(await get({ accept: 'text/html, application/vnd.shop.v2+json;q=0.9' }), '/two')
    t.is(await get({ accept: 'application/vnd.shop.v1+json' }), '/one')
    t.is(await get({ accept: '*/*' }), '/one')
    t.is(await get({ accept: 'application/vnd.shop.v12+json' }), UNKNOWN)
  })
}

test('an unversioned route of the same address takes what no version does', async (t) => {
  const get = await start(t, versions({ header: 'x-api-version', known: ['1', '2'] }), 'direct', (up) => ({
    rest: route({ method: 'GET', path: '/a', upstream: up, upstreamPath: '/rest' }),
  }))
  t.is(await get({ 'x-api-version': '1' }), '/one')
  t.is(await get({ 'x-api-version': '7' }), '/rest')
})
