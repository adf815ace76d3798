import test from 'ava'
import { definePolicy, type Exchange, Problem, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

/** A policy that runs one function on each request. */
const probe = definePolicy({
  name: 'probe',
  phase: 'limit',
  options: z.strictObject({ run: z.custom<(exchange: Exchange) => void | Promise<void>>() }),
  compile: ({ run }) => ({ request: run }),
})

for (const lifecycle of LANES) {
  const routes = (url: string, run: (exchange: Exchange) => void | Promise<void>, more: object = {}) => ({
    any: route({
      method: '*',
      path: '/{path*}',
      upstream: upstream('up', { targets: [url] }),
      lifecycle,
      use: { probe: probe({ run }) },
      ...more,
    }),
  })

  test(`${lifecycle}: a body that a policy has read goes upstream unchanged`, async (t) => {
    const up = await startUpstream(t)
    let seen = ''
    const gateway = await startGateway(
      t,
      routes(up.url, async (exchange) => {
        seen = Buffer.from(await exchange.readBody(100)).toString('latin1')
        t.is(await exchange.readBody(100), await exchange.readBody(100))
      }),
    )
    await fetch(`${gateway.url}/a`, { method: 'POST', body: 'a\u0000b' })
    t.is(seen, 'a\u0000b')
    t.is(up.requests[0]?.body, 'a\u0000b')
    t.is(up.requests[0]?.headers['content-length'], '3')
    const refused = await fetch(`${gateway.url}/a`, { method: 'POST', body: 'x'.repeat(101) })
    t.is(refused.status, 413)
    await fetch(`${gateway.url}/a`)
    t.is(seen, '')
  })

  test(`${lifecycle}: a captured response is whole, end-to-end and as the upstream gave it`, async (t) => {
    const up = await startUpstream(t, (_request, res) => {
      res.writeHead(201, { 'x-a': '1', connection: 'x-hop', 'x-hop': '1' })
      res.write('one ')
      res.end('two')
    })
    const captured: unknown[] = []
    const gateway = await startGateway(
      t,
      routes(up.url, (exchange) => {
        exchange.setResponseHeader('x-a', 'edited')
        exchange.captureResponse(7, (response) => captured.push(response && { ...response, body: Buffer.from(response.body).toString() }))
        exchange.captureResponse(6, (response) => captured.push(response))
      }),
    )
    const response = await fetch(gateway.url)
    t.is(response.headers.get('x-a'), 'edited')
    t.is(await response.text(), 'one two')
    const [small, whole] = captured as [undefined, { status: number; headers: string[]; body: string }]
    t.is(small, undefined)
    t.is(whole.status, 201)
    t.is(whole.body, 'one two')
    t.is(whole.headers[whole.headers.indexOf('x-a') + 1], '1')
    t.false(whole.headers.includes('x-hop'))
  })

  test(`${lifecycle}: a captured response is the transformed one where the route transforms it`, async (t) => {
    const up = await startUpstream(t)
    const captured: (string | undefined)[] = []
    const gateway = await startGateway(
      t,
      routes(
        up.url,
        (exchange) => exchange.captureResponse(100, (response) => captured.push(response && Buffer.from(response.body).toString())),
        { responses: { 200: z.unknown() }, mapResponse: { 200: () => ({ mapped: true }) } },
      ),
    )
    t.deepEqual(await (await fetch(gateway.url)).json(), { mapped: true })
    t.deepEqual(captured, ['{"mapped":true}'])
  })

  test(`${lifecycle}: a policy's reply takes the place of the upstream's outcome`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void res.writeHead(500).end('x'.repeat(1_000)))
    const outcomes: (number | string)[] = []
    const run = (exchange: Exchange) => {
      exchange.setResponseHeader('x-edited', 'yes')
      exchange.onUpstream((outcome) => {
        outcomes.push(outcome.status ?? outcome.problem.code)
        return exchange.path === '/keep' ? undefined : { status: 203, headers: ['content-type', 'text/plain'], body: 'stale' }
      })
    }
    const gateway = await startGateway(t, routes(up.url, run))
    const replaced = await fetch(`${gateway.url}/a`)
    t.is(replaced.status, 203)
    t.is(replaced.headers.get('x-edited'), 'yes')
    t.is(await replaced.text(), 'stale')
    t.is((await fetch(`${gateway.url}/keep`)).status, 500)
    await up.close()
    t.is(await (await fetch(`${gateway.url}/a`)).text(), 'stale')
    t.is((await fetch(`${gateway.url}/keep`)).status, 502)
    t.deepEqual(outcomes, [500, 500, 'UPSTREAM_UNREACHABLE', 'UPSTREAM_UNREACHABLE'])
  })

  test(`${lifecycle}: a listener that throws is answered, and costs nobody else anything`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(
      t,
      routes(up.url, (exchange) => {
        exchange.onUpstream(() => {
          throw exchange.path === '/a' ? new Problem('FORBIDDEN') : new Error('a fault')
        })
      }),
    )
    t.is((await fetch(`${gateway.url}/a`)).status, 403)
    t.is((await fetch(`${gateway.url}/b`)).status, 500)
  })

  test(`${lifecycle}: a policy hears how its exchange ended, once`, async (t) => {
    const up = await startUpstream(
      t,
      ({ url }, res) => void (url === '/cut' ? res.writeHead(200, { 'content-length': 10 }).write('x') : res.end()),
    )
    const ends: unknown[] = []
    let heard: () => void = () => undefined
    const gateway = await startGateway(
      t,
      routes(up.url, (exchange) => {
        exchange.onFinish((end) => {
          ends.push(end)
          heard()
        })
        if (exchange.path === '/refused') throw new Problem('FORBIDDEN')
      }),
    )
    const next = () => new Promise<void>((resolve) => (heard = resolve))
    let over = next()
    await fetch(`${gateway.url}/a`)
    await over
    over = next()
    await fetch(`${gateway.url}/refused`)
    await over
    over = next()
    const abort = new AbortController()
    await fetch(`${gateway.url}/cut`, { signal: abort.signal })
    abort.abort()
    await over
    t.deepEqual(ends, [
      { status: 200, aborted: false },
      { status: 403, aborted: false },
      { status: 200, aborted: true },
    ])
  })
}
