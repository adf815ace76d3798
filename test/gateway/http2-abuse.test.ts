import type { ExecutionContext } from 'ava'
import test from 'ava'
import { type GatewayOptions, route, upstream } from 'gatewright'
import { ask, FRAME, frame, literal, openSession, pseudo, RawHttp2, startHttp2Gateway } from '../helpers/http2.js'
import { startUpstream } from '../helpers/start-gateway.js'

const END_STREAM = 1
const END_HEADERS = 4
const WHOLE = END_STREAM | END_HEADERS
/** Node leaves a connection that nghttp2 has ended by GOAWAY to the idle timeout. */
const BRIEF = { timeouts: { headers: '2s', keepAlive: '2s' } } as const

async function stage(t: ExecutionContext, server: GatewayOptions['server'] = {}) {
  const up = await startUpstream(t)
  const gateway = await startHttp2Gateway(
    t,
    { any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }) }) },
    { server: server as never },
  )
  const client = await RawHttp2.open(t, gateway.url)
  /** The gateway goes on for others. */
  const lives = async () => {
    const session = await openSession(t, gateway.url)
    // The upstream lives in this process: after a flood its connections may take longer than the gateway waits.
    let status = 0
    while (status !== 200 && !session.destroyed) status = (await ask(session, { ':path': '/alive' })).status ?? 0
    t.is(status, 200)
  }
  return { up, gateway, client, lives }
}

const request = (stream: number, lines: readonly (readonly [string, string])[], flags = WHOLE) =>
  frame(FRAME.headers, flags, stream, literal(lines))

const MALFORMED: Record<string, [string, string][]> = {
  'a Connection field': [...pseudo(), ['connection', 'close']],
  'a Transfer-Encoding field': [...pseudo(), ['transfer-encoding', 'chunked']],
  'an upper-case name': [...pseudo(), ['X-Upper', '1']],
  'a second :path': [...pseudo(), [':path', '/other']],
  'a pseudo-header after a field': [['x-first', '1'], ...pseudo()],
  'a path that does not start with a slash': pseudo('other'),
  'a whole URL for a path': pseudo('https://localhost/other'),
  'no authority': pseudo().filter(([name]) => name !== ':authority'),
  'two lengths': [...pseudo(), ['content-length', '0'], ['content-length', '1']],
}

for (const [name, lines] of Object.entries(MALFORMED))
  test(`${name} resets its stream and never reaches the upstream`, async (t) => {
    const { client, up, lives } = await stage(t)
    client.send(request(1, lines))
    t.not(await client.refusal(1), 'answer')
    await lives()
    t.deepEqual(
      up.requests.map(({ url }) => url),
      ['/alive'],
    )
  })

test('fields that no HTTP/1.1 message can carry are dropped', async (t) => {
  const { client, up } = await stage(t)
  const broken: [string, string][] = [
    ['', '1'],
    ['x-break', 'a\r\nx-more: 1'],
    ['x-nul', 'a\u0000b'],
    ['x space', '1'],
  ]
  client.send(request(1, [...pseudo(), ...broken, ['x-kept', 'yes']]))
  t.is(await client.refusal(1), 'answer')
  const [received] = up.requests
  t.is(received?.headers['x-kept'], 'yes')
  t.deepEqual(
    Object.keys(received?.headers ?? {}).filter((name) => name === '' || /^x[- ](break|more|nul|space)/.test(name)),
    [],
  )
})

const REFUSED: Record<string, [string, string][]> = {
  'another Host than :authority': [...pseudo(), ['host', 'evil.example']],
  'an encoded slash': pseudo('/a%2fb'),
  'two Authorizations': [...pseudo(), ['authorization', 'a'], ['authorization', 'b']],
}

for (const [name, lines] of Object.entries(REFUSED))
  test(`${name} is 400 and never reaches the upstream`, async (t) => {
    const { client, up, lives } = await stage(t)
    client.send(request(1, lines))
    const body = await client.next(FRAME.data, 1)
    t.like(JSON.parse(String(body?.payload)), { status: 400, code: 'BAD_REQUEST' })
    await lives()
    t.is(up.requests.length, 1)
  })

test('an authority with user information never reaches the upstream', async (t) => {
  const { client, up, lives } = await stage(t)
  client.send(request(1, pseudo('/', 'user@localhost')))
  // Some versions of Node's HTTP/2 library refuse it by themselves; where they do not, the gateway does.
  if ((await client.refusal(1)) === 'answer') t.like(JSON.parse(String((await client.next(FRAME.data, 1))?.payload)), { status: 400 })
  await lives()
  t.is(up.requests.length, 1)
})

test('a body that is not as long as it says is no request for the upstream', async (t) => {
  const { gateway, up, lives } = await stage(t)
  const post = (length: string): [string, string][] => [
    [':method', 'POST'],
    ...pseudo().filter(([name]) => name !== ':method'),
    ['content-length', length],
  ]
  for (const length of ['5', '2']) {
    // By a reset, or by the end of the connection, as the version of Node's HTTP/2 library has it: hence a new connection.
    const client = await RawHttp2.open(t, gateway.url)
    client.send(request(1, post(length), END_HEADERS), frame(FRAME.data, END_STREAM, 1, Buffer.from('abc')))
    t.not(await client.refusal(1), 'answer')
  }
  await lives()
  t.deepEqual(
    up.requests.map(({ url }) => url),
    ['/alive'],
  )
})

test('more header lines than the limit are refused', async (t) => {
  const { client, up, lives } = await stage(t)
  client.send(request(1, [...pseudo(), ...Array.from({ length: 110 }, (_, index): [string, string] => [`x-${index}`, '1'])]))
  t.is(await client.refusal(1), 'reset')
  await lives()
  t.is(up.requests.length, 1)
})

test('header bytes over the limit are refused', async (t) => {
  const { client, up, lives } = await stage(t)
  const block = literal([...pseudo(), ...Array.from({ length: 90 }, (_, index): [string, string] => [`x-${index}`, 'v'.repeat(120)])])
  const smaller = await stage(t, { limits: { headers: '1kb', uri: '1kb' } })
  client.send(frame(FRAME.headers, WHOLE, 1, block))
  t.truthy(await client.next(FRAME.headers, 1), 'within 16 KiB and 100 lines')
  smaller.client.send(frame(FRAME.headers, WHOLE, 1, block))
  t.like(JSON.parse(String((await smaller.client.next(FRAME.data, 1))?.payload)), { status: 431 })
  await smaller.lives()
  await lives()
  t.is(up.requests.length, 2)
  t.is(smaller.up.requests.length, 1)
})

test('rapid resets end the connection (CVE-2023-44487)', async (t) => {
  const { client, lives } = await stage(t, BRIEF)
  for (let index = 0; index < 3_000; index++) {
    const stream = 2 * index + 1
    client.send(request(stream, pseudo()), frame(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, 8])))
  }
  t.truthy(await client.next(FRAME.goaway, 0))
  await client.closed
  await lives()
})

test('an endless run of CONTINUATION frames ends the connection (CVE-2024-27983)', async (t) => {
  const { client, up, lives } = await stage(t)
  client.send(request(1, pseudo(), END_STREAM))
  for (let index = 0; index < 2_000; index++) client.send(frame(FRAME.continuation, 0, 1, literal([[`x-${index}`, 'v'.repeat(100)]])))
  await client.closed
  await lives()
  t.is(up.requests.length, 1)
})

test('more streams at a time than announced are refused', async (t) => {
  const { client, gateway, up } = await stage(t, { limits: { streams: 4 } })
  const settings = await client.next(FRAME.settings, 0)
  const entries = Array.from({ length: (settings as { payload: Buffer }).payload.length / 6 }, (_, index) => [
    settings?.payload.readUInt16BE(index * 6),
    settings?.payload.readUInt32BE(index * 6 + 2),
  ])
  t.deepEqual(
    entries.find(([id]) => id === 3),
    [3, 4],
  )
  client.send(frame(FRAME.settings, 1, 0))
  // Uploads that never end hold their streams open.
  const post = pseudo('/hold').map(([name, value]): [string, string] => [name, name === ':method' ? 'POST' : value])
  for (let index = 0; index < 5; index++) client.send(request(2 * index + 1, post, END_HEADERS))
  t.not(await client.refusal(9), 'answer')
  t.is((await ask(await openSession(t, gateway.url), { ':path': '/alive' })).status, 200)
  t.is(up.requests.length, 1)
})

test('pings and settings that nobody reads the answers to end the connection', async (t) => {
  const { client, lives } = await stage(t)
  client.socket.pause()
  const pings = Buffer.concat(Array.from({ length: 1_000 }, () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))))
  let cut = false
  client.socket.on('error', () => {
    cut = true
  })
  client.socket.on('close', () => {
    cut = true
  })
  for (let round = 0; round < 500 && !cut; round++) {
    if (client.socket.destroyed) break
    const flushed = client.socket.write(pings)
    if (!flushed) await Promise.race([new Promise((resolve) => client.socket.once('drain', resolve)), client.closed])
  }
  client.socket.resume()
  await client.closed
  await lives()
})

test('a window that overflows, an unknown stream and bytes that are no frames end the connection', async (t) => {
  const { client, gateway, lives } = await stage(t, BRIEF)
  client.send(frame(FRAME.windowUpdate, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])))
  await client.closed
  const other = await RawHttp2.open(t, gateway.url)
  other.send(frame(FRAME.data, 0, 5, Buffer.from('abc')))
  await other.closed
  const noise = await RawHttp2.open(t, gateway.url)
  noise.send(Buffer.alloc(4_096, 0xff))
  await noise.closed
  await lives()
})

test('a header block that never ends, and silence, do not hold a connection', async (t) => {
  const { client, gateway } = await stage(t, BRIEF)
  client.send(request(1, pseudo(), END_STREAM))
  await client.closed
  const idle = await RawHttp2.open(t, gateway.url)
  idle.send(request(1, pseudo()))
  t.truthy(await idle.next(FRAME.headers, 1))
  // Frames that ask nothing are no reason to keep it.
  const pinging = setInterval(() => idle.send(frame(FRAME.ping, 0, 0, Buffer.alloc(8))), 50)
  await idle.closed
  clearInterval(pinging)
  t.truthy(await idle.next(FRAME.goaway, 0))
})

test('an upload that takes too long is cut', async (t) => {
  const { client } = await stage(t, { timeouts: { request: '2s', headers: '2s' } })
  const post = pseudo().map(([name, value]): [string, string] => [name, name === ':method' ? 'POST' : value])
  client.send(request(1, post, END_HEADERS))
  const dripping = setInterval(() => client.send(frame(FRAME.data, 0, 1, Buffer.from('x'))), 50)
  const reset = await client.next(FRAME.reset, 1)
  clearInterval(dripping)
  t.is(reset?.payload.readUInt32BE(0), 8)
})

test('a connection takes so many requests and then ends in order', async (t) => {
  const { gateway } = await stage(t, { limits: { requestsPerConnection: 3 } })
  const session = await openSession(t, gateway.url)
  const answers = await Promise.all(Array.from({ length: 3 }, () => ask(session, { ':path': '/' })))
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  t.true(session.closed)
})
