import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { request } from 'undici'
import { type Answers, seen, startCaching } from '../helpers/caching.js'
import { LANES } from '../helpers/start-gateway.js'

const minute = { 'cache-control': 'max-age=60' }

/** Answers when it is told to, one request at a time. */
function heldAnswers() {
  const held: (() => void)[] = []
  let woken: () => void = () => undefined
  /** Waits until `count` requests have arrived that were not answered yet. */
  const arrived = async (count: number) => {
    while (held.length < count) await new Promise<void>((resolve) => (woken = resolve))
  }
  const hold =
    (answer: Answers): Answers =>
    (n, received, res) => {
      held.push(() => answer(n, received, res))
      woken()
    }
  const releaseAll = () => {
    for (const go of held.splice(0)) go()
  }
  return { hold, arrived, release: () => held.shift()?.(), releaseAll }
}

/** Waits until the gateway has this many requests in flight. */
async function inFlight(adminUrl: string, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${adminUrl}/metrics`)).text()
    if (Number(/^gatewright_requests_in_flight (\d+)/m.exec(text)?.[1]) >= count) return
    // The gateway runs in this process: asked without a pause, it would have little time for the requests themselves.
    await delay(50)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

for (const lifecycle of LANES) {
  test.serial(`${lifecycle}: 1,000 requests for one missing response make one request upstream`, async (t) => {
    const { hold, arrived, release } = heldAnswers()
    const answer = hold((n, _request, res) => void res.writeHead(200, minute).end(`body ${n}`))
    const gatewayOptions = { server: { limits: { connectionsPerIp: 2_000 } } }
    const { url, up, gateway } = await startCaching(t, lifecycle, {}, answer, { gateway: gatewayOptions })
    const all = Array.from({ length: 1_000 }, async () => {
      const { statusCode, body, headers } = await request(`${url}/a`)
      return `${statusCode} ${await body.text()} ${headers['cache-status']}`
    })
    await arrived(1)
    await inFlight(gateway.adminUrl, 1_000)
    release()
    const answers = await Promise.all(all)
    t.is(up.requests.length, 1)
    t.is(answers.filter((answer) => answer === '200 body 1 gatewright; fwd=uri-miss; ttl=60; collapsed').length, 999)
    t.is(answers.filter((answer) => answer === '200 body 1 gatewright; fwd=uri-miss; stored').length, 1)
  })

  test(`${lifecycle}: when the one that asks leaves, the next asks for those who wait`, async (t) => {
    const { hold, arrived, release } = heldAnswers()
    const { url, up, gateway } = await startCaching(
      t,
      lifecycle,
      {},
      hold((n, _request, res) => void res.writeHead(200, minute).end(`body ${n}`)),
    )
    const leaving = new AbortController()
    const first = seen(`${url}/a`, { signal: leaving.signal })
    await arrived(1)
    const others = [1, 2, 3].map(() => seen(`${url}/a`))
    await inFlight(gateway.adminUrl, 4)
    leaving.abort()
    await t.throwsAsync(first, { any: true })
    await arrived(2)
    release()
    release()
    t.deepEqual(
      new Set(await Promise.all(others)),
      new Set(['200 body 2 [gatewright; fwd=uri-miss; stored]', '200 body 2 [gatewright; fwd=uri-miss; ttl=60; collapsed]']),
    )
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: a failing upstream is asked once more for all, then by each`, async (t) => {
    const { hold, arrived, release, releaseAll } = heldAnswers()
    const { url, up, gateway } = await startCaching(
      t,
      lifecycle,
      {},
      hold((_n, _request, res) => void res.writeHead(503).end('down')),
    )
    const all = Array.from({ length: 5 }, () => seen(`${url}/a`))
    await arrived(1)
    await inFlight(gateway.adminUrl, 5)
    release()
    await arrived(1)
    t.is(up.requests.length, 2)
    release()
    await arrived(3)
    releaseAll()
    t.deepEqual(new Set(await Promise.all(all)), new Set(['503 down [gatewright; fwd=uri-miss]']))
    t.is(up.requests.length, 5)
  })

  test(`${lifecycle}: a response that is nobody else’s is not shared, and its key not waited for again`, async (t) => {
    const { hold, arrived, release, releaseAll } = heldAnswers()
    const { url, up, gateway } = await startCaching(
      t,
      lifecycle,
      {},
      hold((n, _request, res) => void res.writeHead(200, { 'cache-control': 'private, max-age=60' }).end(`body ${n}`)),
    )
    const all = [1, 2, 3].map(() => seen(`${url}/a`))
    await arrived(1)
    await inFlight(gateway.adminUrl, 3)
    release()
    await arrived(2)
    releaseAll()
    t.is(new Set(await Promise.all(all)).size, 3)
    const later = [1, 2, 3].map(() => seen(`${url}/a`))
    await arrived(3)
    releaseAll()
    await Promise.all(later)
    t.is(up.requests.length, 6)
  })

  test(`${lifecycle}: those who wait get only the variant that they ask for`, async (t) => {
    const { hold, arrived, release } = heldAnswers()
    const { url, up, gateway } = await startCaching(
      t,
      lifecycle,
      {},
      hold(
        (_n, { headers }, res) => void res.writeHead(200, { ...minute, vary: 'Accept-Language' }).end(String(headers['accept-language'])),
      ),
    )
    const ask = (language: string) => seen(`${url}/a`, { headers: { 'accept-language': language } })
    const first = ask('en')
    await arrived(1)
    const rest = ['en', 'de', 'de', 'en', 'de'].map(ask)
    await inFlight(gateway.adminUrl, 6)
    release()
    await arrived(1)
    release()
    const bodies = (await Promise.all([first, ...rest])).map((answer) => answer.split(' ')[1])
    t.deepEqual(bodies, ['en', 'en', 'de', 'de', 'en', 'de'])
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: a change while a response is on its way keeps it from being given to later callers`, async (t) => {
    const { hold, arrived, release } = heldAnswers()
    const answer: Answers = (n, _request, res) => void res.writeHead(200, minute).end(`body ${n}`)
    const slow = hold(answer)
    const { url, clock } = await startCaching(t, lifecycle, {}, (n, received, res) =>
      received.method === 'GET' && n === 1 ? slow(n, received, res) : answer(n, received, res),
    )
    const before = seen(`${url}/a`)
    await arrived(1)
    await seen(`${url}/a`, { method: 'POST' })
    clock.advance(1)
    const after = seen(`${url}/a`)
    release()
    t.is(await before, '200 body 1 [gatewright; fwd=uri-miss; stored]')
    t.is(await after, '200 body 3 [gatewright; fwd=uri-miss; stored]')
  })

  test(`${lifecycle}: a client that takes its time does not hold up those who wait, nor loses what it has not taken`, async (t) => {
    const { hold, arrived, release } = heldAnswers()
    const large = Buffer.alloc(24 * 1_048_576, 'x')
    const { url, up, gateway } = await startCaching(
      t,
      lifecycle,
      { maxBody: '32mb', memory: '128mb' },
      hold((_n, _request, res) => void res.writeHead(200, minute).end(large)),
    )
    const slow = await connectRaw(url)
    slow.pause()
    slow.write(`GET /a HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    await arrived(1)
    const other = request(`${url}/a`)
    await inFlight(gateway.adminUrl, 2)
    release()
    t.is((await (await other).body.arrayBuffer()).byteLength, large.length)
    t.is(up.requests.length, 1)
    let taken = 0
    slow.on('data', (chunk: Buffer) => (taken += chunk.length))
    slow.resume()
    await once(slow, 'end')
    t.true(taken > large.length)
  })

  test(`${lifecycle}: callers with credentials do not keep the others from waiting for one response`, async (t) => {
    const { hold, arrived, release } = heldAnswers()
    const { url, up, gateway } = await startCaching(
      t,
      lifecycle,
      {},
      hold((n, _request, res) => void res.writeHead(200, minute).end(`body ${n}`)),
    )
    const known = seen(`${url}/a`, { headers: { cookie: 'sid=1' } })
    await arrived(1)
    release()
    t.is(await known, '200 body 1 [gatewright; fwd=uri-miss]')
    const all = [1, 2, 3].map(() => seen(`${url}/a`))
    await arrived(1)
    await inFlight(gateway.adminUrl, 3)
    release()
    t.deepEqual(new Set((await Promise.all(all)).map((answer) => answer.split(' ')[2])), new Set(['2']))
    t.is(up.requests.length, 2)
  })
}

async function connectRaw(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}
