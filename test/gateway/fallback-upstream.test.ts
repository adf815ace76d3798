import test, { type ExecutionContext } from 'ava'
import { header, route, type UpstreamOptions, upstream } from 'gatewright'
import type { FakeAnswer } from 'gatewright/testing'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const fails: FakeAnswer = (_req, res) => void res.writeHead(503).end()

/** A second upstream of several targets, each of which answers with its own URL. */
async function second(t: ExecutionContext, count: number, more: Partial<UpstreamOptions>, base = '') {
  const targets = await Promise.all(
    Array.from({ length: count }, (_, index) => startUpstream(t, (_req, res) => void res.end(String(index)))),
  )
  return { targets, up: upstream('second', { targets: targets.map(({ url }) => url + base), ...more }) }
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: locations and cookies of the upstream that answered become public, whichever it was`, async (t) => {
    let down = false
    const moved =
      (base: string, own: () => string): FakeAnswer =>
      (_req, res) =>
        res.writeHead(302, { location: `${own()}${base}/b?x=1`, 'set-cookie': `id=1; Path=${base}/b; Domain=127.0.0.1` }).end()
    const first = await startUpstream(t, (req, res) => (down ? fails : moved('/one', () => first.url))(req, res))
    const other = await startUpstream(
      t,
      moved('/two', () => other.url),
    )
    const gateway = await startGateway(t, {
      any: route({
        method: 'GET',
        path: '/shop/{rest*}',
        stripPrefix: '/shop',
        lifecycle,
        upstream: upstream('first', { targets: [`${first.url}/one`] }),
        fallback: { upstream: upstream('second', { targets: [`${other.url}/two`] }) },
      }),
    })
    for (down of [false, true]) {
      const response = await fetch(`${gateway.url}/shop/a`, { redirect: 'manual' })
      t.is(response.headers.get('location'), '/shop/b?x=1')
      t.is(response.headers.get('set-cookie'), 'id=1; Path=/shop/b')
    }
    t.is(other.requests[0]?.url, '/two/a')
  })

  test(`${lifecycle}: the other upstream is asked by its own settings: retries, key, cookie`, async (t) => {
    const first = upstream('first', { targets: [(await startUpstream(t, fails)).url], sticky: { cookie: 'gw_first' } })
    let failures = 0
    const flaky = await startUpstream(t, (req, res) => (failures-- > 0 ? fails(req, res) : void res.end('ok')))
    const retried = upstream('retried', { targets: [flaky.url], retry: { attempts: 2, backoff: { base: '1ms', max: '1ms' } } })
    const hashed = await second(t, 3, { balance: 'consistent-hash', sticky: { cookie: 'gw_second' } })
    const gateway = await startGateway(t, {
      retried: route({ method: 'GET', path: '/retried', upstream: first, lifecycle, fallback: { upstream: retried } }),
      hashed: route({
        method: 'GET',
        path: '/hashed',
        upstream: first,
        lifecycle,
        affinity: header('x-key'),
        fallback: { upstream: hashed.up },
      }),
    })
    failures = 2
    t.is(await (await fetch(`${gateway.url}/retried`)).text(), 'ok')
    const ask = async (key: string, cookie = 'mine=1') => fetch(`${gateway.url}/hashed`, { headers: { 'x-key': key, cookie } })
    const names = new Set<string>()
    for (let key = 0; key < 12; key++) {
      const name = await (await ask(`k${key}`)).text()
      names.add(name)
      t.is(await (await ask(`k${key}`)).text(), name)
    }
    t.true(names.size > 1)
    const set = (await ask('k1')).headers.getSetCookie()
    t.deepEqual(
      set.map((line) => line.split('=', 1)[0]),
      ['gw_second'],
    )
    const pair = set[0]?.split(';', 1)[0] as string
    t.deepEqual((await ask('k1', `mine=1; ${pair}`)).headers.getSetCookie(), [])
    for (const { requests } of hashed.targets) for (const { headers } of requests) t.is(headers.cookie, 'mine=1')
  })
}
