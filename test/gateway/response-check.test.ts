import test, { type ExecutionContext } from 'ava'
import { type ResponseCheckOptions, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const ANSWERS: Readonly<Record<string, readonly [status: number, type: string, body: string]>> = {
  '/good': [200, 'application/json', '{"id":7,"internal":"x"}'],
  '/bad': [200, 'application/json', '{"id":"seven"}'],
  '/html': [200, 'text/html', '<p>7</p>'],
  '/teapot': [418, 'application/json', '{}'],
  '/unchanged': [304, '', ''],
}

async function start(t: ExecutionContext, lifecycle: 'direct' | 'hapi', validateResponse: ResponseCheckOptions) {
  const up = await startUpstream(t, ({ url }, res) => {
    const [status, type, body] = ANSWERS[url ?? ''] ?? [500, 'text/plain', '']
    res.writeHead(status, { 'content-type': type, etag: '"1"' }).end(body)
  })
  const gateway = await startGateway(
    t,
    {
      get: route({
        method: 'GET',
        path: '/{name}',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        responses: { 200: z.object({ id: z.number() }) },
        validateResponse,
      }),
    },
    { admin: { port: 0 } },
  )
  const get = async (path: string) => {
    const response = await fetch(gateway.url + path)
    return { status: response.status, etag: response.headers.get('etag'), text: await response.text() }
  }
  const violations = async () => {
    const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    const rows = text.matchAll(/^gatewright_contract_violations_total\{route="get",status="(\d+)"\} (\d+)$/gm)
    return Object.fromEntries([...rows].map(([, status, count]) => [status, Number(count)]))
  }
  return { up, get, violations }
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: enforce sends what the schema yields and refuses what does not match`, async (t) => {
    const { up, get, violations } = await start(t, lifecycle, 'enforce')
    t.deepEqual(await get('/good'), { status: 200, etag: null, text: '{"id":7}' })
    t.is(up.requests[0]?.headers['accept-encoding'], 'identity')
    t.is((await get('/bad')).status, 502)
    t.is((await get('/html')).status, 502)
    t.is((await get('/teapot')).status, 418)
    t.deepEqual(await violations(), { 200: 2 })
  })

  test(`${lifecycle}: warn lets everything pass as it is, and counts`, async (t) => {
    const { get, violations } = await start(t, lifecycle, 'warn')
    t.deepEqual(await get('/good'), { status: 200, etag: '"1"', text: '{"id":7,"internal":"x"}' })
    t.deepEqual(await get('/bad'), { status: 200, etag: '"1"', text: '{"id":"seven"}' })
    t.is((await get('/html')).text, '<p>7</p>')
    t.is((await get('/teapot')).status, 418)
    t.is((await get('/unchanged')).status, 304)
    t.deepEqual(await violations(), { 200: 2, 418: 1 })
  })
}

test('warn checks an evenly spread share', async (t) => {
  const { up, get, violations } = await start(t, 'direct', { mode: 'warn', sample: 0.25 })
  for (let n = 0; n < 8; n++) await get('/bad')
  t.deepEqual(await violations(), { 200: 2 })
  t.is(up.requests.filter((request) => request.headers['accept-encoding'] === 'identity').length, 2)
})

test('off checks nothing', async (t) => {
  const { get, violations } = await start(t, 'direct', 'off')
  t.is((await get('/bad')).status, 200)
  t.deepEqual(await violations(), {})
})
