import test from 'ava'
import { route, upstream } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const PER_CALLER = 40

for (const lifecycle of LANES)
  test(`C-14 a target that answers 503 is ejected and comes back (${lifecycle})`, async (t) => {
    let isIll = true
    const well = await startUpstream(t, (_request, res) => void res.end('well'))
    const ill = await startUpstream(t, (_request, res) => void res.writeHead(isIll ? 503 : 200).end('ill'))
    const users = upstream('users', { targets: [well.url, ill.url], ejection: { baseTime: '5s' } })
    const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: users, lifecycle }) })
    const statuses: number[] = []
    for (let i = 0; i < PER_CALLER; i++) {
      const response = await fetch(gateway.url)
      await response.text()
      statuses.push(response.status)
    }
    t.is(statuses.filter((status) => status === 503).length, 5)
    isIll = false
    const deadline = Date.now() + 20_000
    let body = ''
    while (body !== 'ill' && Date.now() < deadline) {
      const response = await fetch(gateway.url)
      t.is(response.status, 200)
      body = await response.text()
    }
    t.is(body, 'ill')
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /gatewright_target_ejections_total\{[^}]*reason="consecutive-(gateway-errors|5xx)"[^}]*\} 1/)
  })

test('C-15 probes do not count for ejection, and a good one brings an ejected target back', async (t) => {
  let isIll = true
  const well = await startUpstream(t, (_request, res) => void res.end('well'))
  const ill = await startUpstream(t, ({ url }, res) => void res.writeHead(isIll && url !== '/healthz' ? 500 : 200).end('ill'))
  const users = upstream('users', {
    targets: [well.url, ill.url],
    ejection: { baseTime: '10m', maxTime: '10m' },
    health: { path: '/healthz', interval: '100ms' },
  })
  const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: users }) })
  for (let i = 0; i < 12; i++) await (await fetch(gateway.url)).text()
  isIll = false
  let body = ''
  for (const deadline = Date.now() + 20_000; body !== 'ill' && Date.now() < deadline; ) body = await (await fetch(gateway.url)).text()
  t.is(body, 'ill')
})
