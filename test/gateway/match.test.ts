import test from 'ava'
import { type MatchOptions, route, upstream } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

for (const lifecycle of LANES)
  test(`${lifecycle}: cookies, prefixes and presence choose the route`, async (t) => {
    const service = await startUpstream(t, ({ url }, res) => void res.end(url))
    const up = upstream('up', { targets: [service.url] })
    const at = (name: string, match?: MatchOptions) =>
      route({ method: 'GET', path: '/a', upstream: up, upstreamPath: `/${name}`, lifecycle, ...(match && { match }) })
    const gateway = await startGateway(t, {
      beta: at('beta', { cookies: { group: 'beta' } }),
      bot: at('bot', { headers: { 'user-agent': { prefix: 'bot/' } } }),
      debug: at('debug', { query: { debug: { present: true } } }),
      tagged: at('tagged', { headers: { 'x-tag': { present: true }, 'x-no': { present: false } } }),
      plain: at('plain'),
    })
    const get = async (headers: Record<string, string>, query = '') => (await fetch(`${gateway.url}/a${query}`, { headers })).text()
    t.is(await get({ cookie: 'x=1; group=beta' }), '/beta')
    t.is(await get({ cookie: 'group=betas' }), '/plain')
    t.is(await get({ 'user-agent': 'bot/2' }), '/bot')
    t.is(await get({ 'user-agent': 'robot/2' }), '/plain')
    t.is(await get({}, '?debug'), '/debug?debug')
    t.is(await get({ 'x-tag': 'q' }), '/tagged')
    t.is(await get({ 'x-tag': 'q', 'x-no': '' }), '/plain')
  })
