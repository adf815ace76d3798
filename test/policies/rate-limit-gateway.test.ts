import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'ava'
import { cookie, ip, type RateLimitOptions, rateLimit, route, upstream } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Limiter = RateLimitOptions<{ readonly ip: string }>

for (const lifecycle of LANES) {
  const routes = (url: string, limit: Limiter) => ({
    any: route({
      method: '*',
      path: '/{path*}',
      upstream: upstream('up', { targets: [url] }),
      lifecycle,
      use: { limit: rateLimit(limit) },
    }),
  })

  test(`${lifecycle}: several limits hold at once, and a refusal says which is used up`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, routes(up.url, { by: ip, limit: ['5/h', '2/min'], legacyHeaders: true }))
    const first = await fetch(`${gateway.url}/a`)
    t.is(first.headers.get('ratelimit-policy'), '"limit-min";q=2;w=60, "limit-h";q=5;w=3600')
    t.is(first.headers.get('ratelimit'), '"limit-min";r=1;t=30, "limit-h";r=4;t=720')
    t.is(first.headers.get('x-ratelimit-limit'), '2')
    await fetch(`${gateway.url}/a`)
    const refused = await fetch(`${gateway.url}/a`)
    t.is(refused.status, 429)
    t.true(Number(refused.headers.get('retry-after')) >= 1)
    const problem = (await refused.json()) as Record<string, unknown>
    t.is(problem['type'], 'https://iana.org/assignments/http-problem-types#quota-exceeded')
    t.is(problem['code'], 'RATE_LIMITED')
    t.deepEqual(problem['violated-policies'], ['limit-min'])
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: each value of a cookie has a limit of its own`, async (t) => {
    const up = await startUpstream(t)
    const use = { limit: rateLimit({ by: cookie('session'), limit: '1/h' }) }
    const target = upstream('up', { targets: [up.url] })
    const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, lifecycle, use }) })
    const ask = async (session: string) => (await fetch(gateway.url, { headers: { cookie: `a=1; session=${session}` } })).status
    t.deepEqual([await ask('x'), await ask('y'), await ask('x')], [200, 200, 429])
  })

  test(`${lifecycle}: chosen statuses cost nothing, also those of the gateway itself`, async (t) => {
    let status = 503
    const up = await startUpstream(t, (_request, res) => void res.writeHead(status).end())
    const gateway = await startGateway(t, routes(up.url, { by: ip, limit: '2/h', refund: [304, '5xx'] }))
    for (const free of [503, 304, 500, 304, 503]) {
      status = free
      t.is((await fetch(`${gateway.url}/a`)).status, free)
    }
    status = 404
    t.is((await fetch(`${gateway.url}/a`)).status, 404)
    t.is((await fetch(`${gateway.url}/a`)).status, 404)
    t.is((await fetch(`${gateway.url}/a`)).status, 429)
    const dead = await startUpstream(t)
    await dead.close()
    const broken = await startGateway(t, routes(dead.url, { by: ip, limit: '2/h', refund: ['5xx'] }))
    for (let turn = 0; turn < 4; turn += 1) t.is((await fetch(`${broken.url}/a`)).status, 502)
  })

  test(`${lifecycle}: a request costs what the upstream's response says in the end`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => void res.writeHead(200, { 'X-Tokens': url.slice(1) }).end())
    const settle: Limiter['settle'] = (status, headers) => (status === 200 ? Number(headers['x-tokens']) : undefined)
    const gateway = await startGateway(t, routes(up.url, { by: ip, limit: '100/h', cost: 10, settle }))
    const left = async (tokens: string) => {
      const response = await fetch(`${gateway.url}/${tokens}`)
      await response.text()
      return /;r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]
    }
    t.is(await left('60'), '90')
    t.is(await left('0'), '30')
    t.is(await left('no-number'), '30')
    t.is(await left('1'), '20')
    t.is(await left('1000'), '19')
    t.is((await fetch(`${gateway.url}/1`)).status, 429)
  })

  test(`${lifecycle}: a settlement that throws leaves the cost as it was, and the response whole`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void res.end('whole'))
    const settle: Limiter['settle'] = () => {
      throw new TypeError('settle')
    }
    const gateway = await startGateway(t, routes(up.url, { by: ip, limit: '2/h', settle }))
    t.is(await (await fetch(`${gateway.url}/a`)).text(), 'whole')
    t.is((await fetch(`${gateway.url}/a`)).status, 200)
    t.is((await fetch(`${gateway.url}/a`)).status, 429)
  })

  test(`${lifecycle}: a client that leaves is not refunded`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void res.writeHead(503).write('never whole'))
    const gateway = await startGateway(t, routes(up.url, { by: ip, limit: '1/h', refund: ['5xx'] }))
    const { hostname, port } = new URL(gateway.url)
    const socket = connect(Number(port), hostname)
    socket.write('GET /never HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    await once(socket, 'close')
    const inFlight = async () => (await (await fetch(`${gateway.adminUrl}/metrics`)).text()).includes('gatewright_requests_in_flight 1')
    while (await inFlight()) await new Promise((resolve) => setTimeout(resolve, 10))
    t.is((await fetch(`${gateway.url}/a`)).status, 429)
  })

  test(`${lifecycle}: in shadow mode nothing is refused and nothing is told, and what would be refused is counted`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, routes(up.url, { by: ip, limit: '1/h', mode: 'shadow', legacyHeaders: true }))
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await fetch(`${gateway.url}/a`)
      t.is(response.status, 200)
      for (const name of ['ratelimit', 'ratelimit-policy', 'x-ratelimit-limit', 'x-ratelimit-reset'])
        t.false(response.headers.has(name), name)
    }
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /gatewright_shadow_refusals_total\{policy="limit",route="any",code="RATE_LIMITED"\} 2/)
  })
}
