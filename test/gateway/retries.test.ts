import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import { route, type UpstreamOptions, upstream } from 'gatewright'
import type { ReceivedRequest } from 'gatewright/testing'
import { z } from 'zod'
import { rawServer, sendRaw, withResolvers } from '../helpers/raw-http.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const FAST = { backoff: { base: '1ms', max: '5ms' } } as const

/** Answers 503 to the first `times` requests of all. */
function failing(times: number, status = 503, headers: Record<string, string> = {}) {
  let left = times
  return (_request: ReceivedRequest, res: ServerResponse) => {
    if (left-- > 0) res.writeHead(status, headers).end('not now')
    else res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  }
}

async function metrics(adminUrl: string, name: string): Promise<string[]> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return text.split('\n').filter((line) => line.startsWith(name))
}

for (const lifecycle of LANES) {
  const any = (options: UpstreamOptions, more: object = {}) => ({
    any: route({ method: '*', path: '/{path*}', upstream: upstream('up', options), lifecycle, ...more }),
  })

  test(`${lifecycle}: a 503 is tried again, counted and logged; the client gets the good response alone`, async (t) => {
    const up = await startUpstream(t, failing(2))
    const { lines, log } = recordLog()
    const gateway = await startGateway(t, any({ targets: [up.url], retry: FAST }), {}, { log })
    const response = await fetch(gateway.url)
    t.is(response.status, 200)
    t.is(await response.text(), '{"ok":true}')
    t.is(up.requests.length, 3)
    t.deepEqual(await metrics(gateway.adminUrl, 'gatewright_upstream_retries_total'), [
      'gatewright_upstream_retries_total{upstream="up",reason="503"} 2',
    ])
    t.is((await metrics(gateway.adminUrl, 'gatewright_upstream_requests_total')).length, 2)
    await fetch(gateway.url)
    while (lines.filter(({ msg }) => msg === 'request').length < 2) await wait(5)
    t.deepEqual(
      lines.filter(({ msg }) => msg === 'request').map(({ attempts }) => attempts),
      [3, undefined],
    )
  })

  test(`${lifecycle}: when all attempts fail the client gets the last response as it came`, async (t) => {
    const up = await startUpstream(t, failing(9, 503, { 'x-reason': 'full' }))
    const gateway = await startGateway(t, any({ targets: [up.url], retry: { ...FAST, attempts: 1 } }))
    const response = await fetch(gateway.url)
    t.is(response.status, 503)
    t.is(response.headers.get('x-reason'), 'full')
    t.is(await response.text(), 'not now')
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: only the statuses in \`on\` are tried again, and none without \`retry\` or with \`retry: false\``, async (t) => {
    const rows: [UpstreamOptions['retry'], object, number, number][] = [
      [undefined, {}, 503, 1],
      [FAST, { retry: false }, 503, 1],
      [FAST, {}, 500, 1],
      [{ ...FAST, on: [429] }, {}, 503, 1],
      [{ ...FAST, on: [429] }, {}, 429, 3],
      [undefined, { retry: { ...FAST, attempts: 1 } }, 503, 2],
    ]
    for (const [retry, more, status, attempts] of rows) {
      const up = await startUpstream(t, failing(9, status))
      const gateway = await startGateway(t, any({ targets: [up.url], ...(retry === undefined ? {} : { retry }) }, more))
      t.is((await fetch(gateway.url)).status, status)
      t.is(up.requests.length, attempts, JSON.stringify([retry, more, status]))
    }
  })

  test(`${lifecycle}: C-19: another target is preferred to one that failed, and each is tried before one is tried twice`, async (t) => {
    const bad = await Promise.all([startUpstream(t, failing(99)), startUpstream(t, failing(99))])
    const good = await startUpstream(t)
    const gateway = await startGateway(t, any({ targets: [...bad, good].map(({ url }) => url), retry: FAST }))
    for (let count = 0; count < 6; count++) t.is((await fetch(`${gateway.url}/${count}`)).status, 200)
    for (const { requests } of bad) t.is(new Set(requests.map(({ url }) => url)).size, requests.length, 'never twice for one request')
    t.is(good.requests.length, 6)
  })

  test(`${lifecycle}: C-19: retries end with the total time`, async (t) => {
    let requests = 0
    // A connection that opens late, on a machine in use, brings no request.
    const url = await rawServer(t, (socket) => void socket.once('data', () => requests++))
    const gateway = await startGateway(
      t,
      any({ targets: [url], retry: { ...FAST, attempts: 10 }, timeouts: { headers: '150ms', total: '500ms' } }),
    )
    const startedAt = performance.now()
    const response = await fetch(gateway.url)
    t.is(response.status, 504)
    t.true(performance.now() - startedAt < 5_000)
    t.true(requests >= 1 && requests <= 4, `${requests}`)
  })

  test(`${lifecycle}: a target that does not answer within \`perTry\` is left for another`, async (t) => {
    const silent = await rawServer(t, (socket) => socket.resume())
    const up = await startUpstream(t)
    const gateway = await startGateway(t, any({ targets: [silent, up.url], retry: { ...FAST, perTry: '1s' } }))
    const startedAt = performance.now()
    t.is((await fetch(`${gateway.url}/1`)).status, 200)
    t.is((await fetch(`${gateway.url}/2`)).status, 200)
    t.true(performance.now() - startedAt < 15_000, 'long before `timeouts.headers`')
    t.deepEqual(await metrics(gateway.adminUrl, 'gatewright_upstream_retries_total'), [
      'gatewright_upstream_retries_total{upstream="up",reason="timeout"} 1',
    ])
  })

  test(`${lifecycle}: C-16: a reset is sent again once for any idempotent request, then as often as \`retry\` says, and not at all with \`false\``, async (t) => {
    const rows = [
      [undefined, 2],
      [false, 1],
      [{ ...FAST, attempts: 2 }, 4],
    ] as const
    for (const [retry, expected] of rows) {
      let seen = 0
      const url = await rawServer(t, (socket) => {
        socket.once('data', () => {
          seen++
          socket.resetAndDestroy()
        })
      })
      const gateway = await startGateway(t, any({ targets: [url], ...(retry === undefined ? {} : { retry }) }))
      t.is((await fetch(gateway.url)).status, 502)
      t.is(seen, expected, JSON.stringify(retry))
      seen = 0
      t.is((await fetch(gateway.url, { method: 'POST', body: 'x' })).status, 502)
      t.is(seen, 1, 'a POST never')
    }
  })

  test(`${lifecycle}: C-17: a response that has begun is cut, not tried again`, async (t) => {
    let seen = 0
    const url = await rawServer(t, (socket) => {
      socket.once('data', () => {
        seen++
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
        setImmediate(() => socket.resetAndDestroy())
      })
    })
    const gateway = await startGateway(t, any({ targets: [url], retry: FAST }))
    const { text, closed } = await sendRaw(gateway.url, 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n', 20_000)
    t.regex(text, /^HTTP\/1\.1 200 /)
    t.true(closed)
    t.is(seen, 1)
  })

  test(`${lifecycle}: C-17: a streamed body of up to 64 KiB is sent again as it was, a larger one is not`, async (t) => {
    for (const [size, attempts] of [
      [1, 3],
      [65_536, 3],
      [65_537, 1],
      [300_000, 1],
    ] as const)
      for (const chunked of [false, true]) {
        const up = await startUpstream(t, failing(2))
        const gateway = await startGateway(t, any({ targets: [up.url], retry: FAST }))
        const bytes = Buffer.alloc(size, 'abcdefgh')
        const body = chunked ? new Blob([bytes]).stream() : bytes
        const response = await fetch(gateway.url, { method: 'PUT', body, duplex: 'half' })
        const label = `${size} bytes${chunked ? ', chunked' : ''}`
        t.is(response.status, attempts === 3 ? 200 : 503, label)
        t.is(up.requests.length, attempts, label)
        for (const { body: received } of up.requests) t.true(received === bytes.toString(), label)
      }
  })

  test(`${lifecycle}: C-17: a body that has come in part goes on with the next attempt`, async (t) => {
    const got: string[] = []
    const failed = withResolvers()
    const url = await rawServer(t, (socket) => {
      const index = got.push('') - 1
      socket.on('data', (chunk) => {
        got[index] += chunk.toString()
        // As long as only the first part is there, the connection ends; one free resend and one retry.
        if (index < 2) {
          if (got[index]?.includes('first')) socket.resetAndDestroy()
          if (index === 1) failed.resolve()
        } else if (got[index]?.includes('last')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      })
    })
    const gateway = await startGateway(t, any({ targets: [url], retry: FAST }))
    const client = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    t.teardown(() => client.destroy())
    client.write('PUT / HTTP/1.1\r\nHost: gw\r\nContent-Length: 10\r\n\r\nfirst ')
    await failed.promise
    client.write('last')
    const [answer] = (await new Promise((resolve) => client.once('data', (chunk) => resolve([chunk.toString()])))) as string[]
    t.regex(answer as string, /^HTTP\/1\.1 200 /)
    t.is(got.length, 3)
    t.regex(got[2] as string, /\r\n\r\nfirst last$/)
  })

  test(`${lifecycle}: C-17: a POST is repeated only with an Idempotency-Key, and only if the options say so`, async (t) => {
    const rows: [object, Record<string, string>, number][] = [
      [{}, { 'idempotency-key': 'k1' }, 1],
      [{ nonIdempotent: 'with-key' }, {}, 1],
      [{ nonIdempotent: 'with-key' }, { 'idempotency-key': 'k1' }, 3],
    ]
    for (const [more, headers, attempts] of rows) {
      const up = await startUpstream(t, failing(2))
      const gateway = await startGateway(t, any({ targets: [up.url], retry: { ...FAST, ...more } }))
      await fetch(gateway.url, { method: 'POST', body: 'pay', headers })
      t.deepEqual(
        up.requests.map(({ body }) => body),
        Array(attempts).fill('pay'),
        JSON.stringify([more, headers]),
      )
    }
  })

  test(`${lifecycle}: a checked body, and a response that is transformed, are repeated whole`, async (t) => {
    const up = await startUpstream(t, failing(1))
    const gateway = await startGateway(t, {
      post: route({
        method: 'POST',
        path: '/',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        body: z.object({ text: z.string() }),
        retry: { ...FAST, nonIdempotent: true },
        responses: { 200: z.object({ fine: z.boolean() }) },
        mapResponse: { 200: (body: { ok: boolean }) => ({ fine: body.ok }) },
      }),
    })
    const text = 'x'.repeat(100_000)
    const response = await fetch(gateway.url, {
      method: 'POST',
      body: JSON.stringify({ text }),
      headers: { 'content-type': 'application/json' },
    })
    t.deepEqual(await response.json(), { fine: true })
    t.deepEqual(
      up.requests.map(({ body }) => body.length),
      [100_011, 100_011],
    )
  })

  test(`${lifecycle}: a dropped response leaves its connection open, unless it is long`, async (t) => {
    for (const [length, closing] of [
      [10_000, 0],
      [1_000_000, 1],
    ] as const) {
      let closed = 0
      let left = 1
      const ended = withResolvers()
      const url = await rawServer(t, (socket) => {
        socket.on('close', () => {
          closed++
          ended.resolve()
        })
        socket.on('data', () => {
          if (left-- > 0) socket.write(`HTTP/1.1 503 Busy\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`)
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        })
      })
      const gateway = await startGateway(t, any({ targets: [url], retry: FAST }))
      for (let count = 0; count < 5; count++) t.is(await (await fetch(gateway.url)).text(), 'ok')
      if (closing > 0) await ended.promise
      t.is(closed, closing, `${length} bytes`)
    }
  })

  test(`${lifecycle}: a target that asks for time by Retry-After gets it, or no retry if it asks for too much`, async (t) => {
    const times: number[] = []
    const answer = failing(1, 503, { 'retry-after': '1' })
    const up = await startUpstream(t, (request, res) => {
      times.push(performance.now())
      answer(request, res)
    })
    const gateway = await startGateway(t, any({ targets: [up.url], retry: FAST }))
    t.is((await fetch(gateway.url)).status, 200)
    t.true((times[1] as number) - (times[0] as number) >= 950, String(times))
    for (const [asked, total] of [
      ['2', {}],
      [new Date(Date.now() + 60_000).toUTCString(), {}],
      ['1', { timeouts: { total: '900ms' } }],
    ] as const) {
      const busy = await startUpstream(t, failing(9, 503, { 'retry-after': asked }))
      const other = await startGateway(t, any({ targets: [busy.url], retry: FAST, ...total }))
      const response = await fetch(other.url)
      t.is(response.status, 503)
      t.is(response.headers.get('retry-after'), asked)
      t.is(busy.requests.length, 1)
    }
  })

  test(`${lifecycle}: another target need not wait for what one asked by Retry-After`, async (t) => {
    const busy = await startUpstream(t, failing(99, 503, { 'retry-after': '120' }))
    const up = await startUpstream(t)
    const gateway = await startGateway(t, any({ targets: [busy.url, up.url], retry: FAST }))
    for (let count = 0; count < 4; count++) t.is((await fetch(gateway.url)).status, 200)
    t.true(busy.requests.length >= 1)
  })

  test(`${lifecycle}: a client that leaves while a retry waits is the end of it`, async (t) => {
    const failed = withResolvers()
    const up = await startUpstream(t, (_request, res) => {
      res.writeHead(503).end()
      failed.resolve()
    })
    const gateway = await startGateway(t, any({ targets: [up.url], retry: { attempts: 5, backoff: { base: '60s', max: '60s' } } }))
    const gone = new AbortController()
    const call = fetch(gateway.url, { signal: gone.signal }).catch(() => 'gone')
    await failed.promise
    await wait(20)
    gone.abort()
    t.is(await call, 'gone')
    while (!(await metrics(gateway.adminUrl, 'gatewright_requests_in_flight')).includes('gatewright_requests_in_flight 0')) await wait(5)
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: a WebSocket handshake that was heard is not tried again`, async (t) => {
    const heard = async (answer: (socket: Socket) => void) => {
      let seen = 0
      const url = await rawServer(t, (socket) => {
        socket.once('data', () => {
          seen++
          answer(socket)
        })
      })
      const gateway = await startGateway(t, any({ targets: [url], retry: FAST }, { websocket: true }))
      const { text } = await sendRaw(
        gateway.url,
        'GET / HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      )
      return [text.slice(9, 12), seen]
    }
    t.deepEqual(await heard((socket) => socket.resetAndDestroy()), ['502', 1])
    t.deepEqual(await heard((socket) => socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n')), ['503', 1])
  })

  test(`${lifecycle}: C-18: where every response is 503, a thousand requests cost at most 1,200 attempts, and all are answered`, async (t) => {
    const up = await startUpstream(t, failing(1e9))
    const gateway = await startGateway(t, any({ targets: [up.url], retry: {} }))
    let left = 1_000
    const statuses = new Set<number>()
    const client = async () => {
      while (left-- > 0) {
        const response = await fetch(gateway.url)
        await response.arrayBuffer()
        statuses.add(response.status)
      }
    }
    await Promise.all(Array.from({ length: 25 }, client))
    t.deepEqual([...statuses], [503])
    t.true(up.requests.length > 1_000 && up.requests.length <= 1_200, `${up.requests.length}`)
    t.is((await metrics(gateway.adminUrl, 'gatewright_retry_budget_exhausted_total')).length, 1)
  })
}
