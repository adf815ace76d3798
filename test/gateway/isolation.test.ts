import type { ServerResponse } from 'node:http'
import { route, upstream } from 'gatewright'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { timedTest } from '../helpers/timed-test.js'

const ASKED = 200

/** The middle one of some requests in turn, in milliseconds. */
async function medianOf(url: string, status: number): Promise<number> {
  const times: number[] = []
  while (times.length < ASKED) {
    const start = performance.now()
    const response = await fetch(url)
    await response.arrayBuffer()
    times.push(performance.now() - start)
    if (response.status !== status) throw new Error(`expected ${status} of ${url}, got ${response.status}`)
  }
  return times.sort((a, b) => a - b)[ASKED / 2] as number
}

for (const lane of LANES) {
  timedTest(`${lane}: C-03: an open breaker answers within 5 ms, and its upstream gets nothing`, async (t) => {
    const up = await startUpstream(t, (_request, res) => void res.writeHead(500).end())
    const broken = upstream('broken', { targets: [up.url], breaker: { failures: 1, open: '60s' } })
    const gateway = await startGateway(t, { a: route({ method: 'GET', path: '/a', upstream: broken, lifecycle: lane }) })
    await medianOf(`${gateway.url}/none`, 404)
    t.is((await fetch(`${gateway.url}/a`)).status, 500)
    const median = await medianOf(`${gateway.url}/a`, 503)
    t.true(median < 5, `${median} ms`)
    t.is(up.requests.length, 1)
  })

  timedTest(`${lane}: C-21: an upstream at its cap slows nobody else down`, async (t) => {
    const held: ServerResponse[] = []
    const slow = await startUpstream(t, (_request, res) => void held.push(res))
    const quick = await startUpstream(t)
    const gateway = await startGateway(t, {
      slow: route({
        method: 'GET',
        path: '/slow',
        upstream: upstream('slow', { targets: [slow.url], bulkhead: { max: 50, queue: 20, wait: '60s' } }),
        lifecycle: lane,
      }),
      quick: route({ method: 'GET', path: '/quick', upstream: upstream('quick', { targets: [quick.url] }), lifecycle: lane }),
    })
    await medianOf(`${gateway.url}/quick`, 200)
    const before = await medianOf(`${gateway.url}/quick`, 200)
    let refused = 0
    const waiting = Array.from({ length: 80 }, async () => {
      const { status } = await fetch(`${gateway.url}/slow`)
      if (status === 503) refused++
      return status
    })
    while (held.length < 50 || refused < 10) await new Promise(setImmediate)
    const during = await medianOf(`${gateway.url}/quick`, 200)
    for (let answered = 0; answered < 70; ) {
      for (const res of held.splice(0)) {
        res.end()
        answered++
      }
      await new Promise(setImmediate)
    }
    const statuses = await Promise.all(waiting)
    t.is(statuses.filter((status) => status === 200).length, 70)
    const after = await medianOf(`${gateway.url}/quick`, 200)
    t.true(during <= 1.25 * Math.max(before, after) + 0.2, `${before} ms before, ${during} ms during, ${after} ms after`)
  })
}
