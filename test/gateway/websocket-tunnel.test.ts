import { once } from 'node:events'
import type { Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { defineGateway, definePolicy, route, type UpstreamOptions, upstream } from 'gatewright'
import type { RunningGateway } from 'gatewright/runtime'
import { fakeClock } from 'gatewright/testing'
import { z } from 'zod'
import { rawServer } from '../helpers/raw-http.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import {
  closeOf,
  handshake,
  nextMessage,
  openSocket,
  RawSocket,
  refusalOf,
  socketClient,
  socketUpstream,
  switching,
} from '../helpers/websocket.js'

type Routes = Parameters<typeof startGateway>[1]

const chat = (url: string, lifecycle: (typeof LANES)[number] = 'direct', options: Partial<UpstreamOptions> = {}): Routes => ({
  chat: route({ method: 'GET', path: '/chat', upstream: upstream('up', { targets: [url], ...options }), websocket: true, lifecycle }),
})

/** An upstream that switches protocols at once, sends `first` along with its 101 and keeps what it receives. */
async function rawUpstream(t: ExecutionContext, first = '') {
  const upstreams: { socket: Socket; text: string; ended: boolean; closed: Promise<void> }[] = []
  const url = await rawServer(t, (socket) => {
    const seen = { socket, text: '', ended: false, closed: new Promise<void>((resolve) => socket.on('close', () => resolve())) }
    upstreams.push(seen)
    socket.on('end', () => {
      seen.ended = true
    })
    socket.on('data', (chunk) => {
      const before = seen.text.includes('\r\n\r\n')
      seen.text += chunk.toString('latin1')
      if (!before && seen.text.includes('\r\n\r\n')) socket.write(switching() + first, 'latin1')
    })
  })
  return { url, upstreams }
}

/** A raw client and a raw upstream joined by a gateway. */
async function joined(t: ExecutionContext, first = '', early = '') {
  const up = await rawUpstream(t, first)
  const gateway = await startGateway(t, chat(up.url))
  const client = new RawSocket(t, gateway.url)
  client.write(handshake('/chat') + early)
  await client.has('\r\n\r\n')
  return { gateway, client, up: up.upstreams[0]! }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const metricsOf = async (gateway: RunningGateway) => (await fetch(`${gateway.adminUrl}/metrics`)).text()

test('bytes that come with the 101, and bytes right behind the request, arrive', async (t) => {
  const { client, up } = await joined(t, '\x81\x05hello', '\x81\x85\0\0\0\0early')
  await client.has('\x81\x05hello')
  await until(() => up.text.endsWith('\x81\x85\0\0\0\0early'))
  t.regex(client.text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  t.is(client.text.match(/upgrade: websocket/gi)?.length, 1)
  t.is(client.text.match(/sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/gi)?.length, 1)
})

test('a connection that served requests may become a tunnel', async (t) => {
  const up = await socketUpstream(t)
  const gateway = await startGateway(t, chat(up.url), { server: { timeouts: { keepAlive: '3s' } } })
  const client = new RawSocket(t, gateway.url)
  for (const _ of [1, 2]) {
    client.text = ''
    client.write('GET /chat HTTP/1.1\r\nHost: gateway\r\n\r\n')
    await client.has('plain')
  }
  client.write(handshake('/chat'))
  await client.has('101 Switching Protocols')
  // Longer than Node.js would keep the connection for another request, a second of grace included.
  await new Promise((resolve) => setTimeout(resolve, 4_500))
  client.text = ''
  client.write('\x81\x82\0\0\0\0hi')
  await client.has('\x81\x02hi')
  t.is(up.handshakes.length, 1)
})

test('a half-close passes in both directions, and the other half goes on', async (t) => {
  const { client, up } = await joined(t)
  up.socket.allowHalfOpen = true
  client.socket.end()
  await until(() => up.ended)
  up.socket.write('still here')
  await client.has('still here')
  const ended = once(client.socket, 'end')
  up.socket.end('bye')
  await ended
  t.true(client.text.endsWith('bye'))
  await client.closed

  const other = await joined(t)
  other.client.socket.allowHalfOpen = true
  const gotEnd = once(other.client.socket, 'end')
  other.up.socket.end()
  await gotEnd
  other.client.write('and I')
  await until(() => other.up.text.endsWith('and I'))
  other.client.socket.end()
  await t.notThrowsAsync(other.up.closed)
})

test('a connection that breaks on one side breaks on the other, at once', async (t) => {
  const took: number[] = []
  const { client, up } = await joined(t)
  let at = performance.now()
  client.socket.resetAndDestroy()
  await up.closed
  took.push(performance.now() - at)

  const other = await joined(t)
  at = performance.now()
  other.up.socket.resetAndDestroy()
  await other.client.closed
  took.push(performance.now() - at)
  t.true(
    took.every((ms) => ms < 10_000),
    `took ${took.join(' and ')} ms; a machine at rest needs a few`,
  )
})

test('an upstream that hears of a client’s end closes within a blink', async (t) => {
  const up = await socketUpstream(t)
  const gateway = await startGateway(t, chat(up.url))
  const socket = await openSocket(t, `${gateway.url}/chat`)
  const closed = closeOf([...up.server.clients][0]!)
  socket.terminate()
  t.is((await closed).code, 1_006)
})

for (const lifecycle of LANES) {
  test(`${lifecycle}: what is no WebSocket handshake is an ordinary request, and Upgrade is left out`, async (t) => {
    const seen: string[] = []
    const url = await rawServer(t, (socket) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
        if (!/\r\n\r\n(?:body)?$/.test(text) || (text.startsWith('POST') && !text.endsWith('body'))) return
        seen.push(text)
        text = ''
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const shared = { upstream: upstream('up', { targets: [url] }), lifecycle }
    const gateway = await startGateway(t, {
      chat: route({ ...shared, method: '*', path: '/chat', websocket: true }),
      plain: route({ ...shared, method: '*', path: '/plain' }),
    })
    const upgraded = (path: string, from: string, to: string) => handshake(path).replace(from, to)
    const requests = [
      upgraded('/chat', 'Upgrade: websocket', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'),
      upgraded('/chat', 'Upgrade: websocket', 'Upgrade: foo'),
      upgraded('/chat', 'Connection: keep-alive, Upgrade', 'Connection: keep-alive'),
      upgraded('/chat', 'Version: 13', 'Version: 8'),
      upgraded('/chat', 'nonce', 'nonsense').replace('dGhl', 'x'),
      upgraded('/chat', 'GET', 'POST').replace(/\r\n\r\n$/, '\r\nContent-Length: 4\r\n\r\nbody'),
      upgraded('/chat', 'GET', 'DELETE'),
      handshake('/plain'),
      upgraded('/chat', 'HTTP/1.1', 'HTTP/1.0'),
    ]
    for (const request of requests) {
      const client = new RawSocket(t, gateway.url)
      client.write(request)
      await client.has('\r\n\r\nok')
      const kept = !request.includes('HTTP/1.0')
      t.regex(client.text, /^HTTP\/1\.1 200 OK\r\n/)
      if (kept) {
        client.text = ''
        client.write('GET /plain HTTP/1.1\r\nHost: gateway\r\n\r\n')
        await client.has('\r\n\r\nok')
      }
    }
    t.is(seen.length, 2 * requests.length - 1)
    t.deepEqual(
      seen.filter((text) => /^(?:upgrade|http2-settings|connection: .*upgrade)/im.test(text)),
      [],
    )
  })
}

test('a handshake behind a request that is not answered yet is an ordinary request', async (t) => {
  const up = await socketUpstream(t)
  const gateway = await startGateway(t, chat(up.url))
  const client = new RawSocket(t, gateway.url)
  client.write(`GET /chat HTTP/1.1\r\nHost: gateway\r\n\r\n${handshake('/chat')}`)
  await until(() => client.text.match(/plain/g)?.length === 4)
  t.is(client.text.match(/HTTP\/1\.1 200 OK/g)?.length, 2)
  t.is(up.handshakes.length, 0)
})

test('a 101 that is no answer to the handshake is a 502', async (t) => {
  const answers = [
    switching().replace(/s3pP/, 'AAAA'),
    switching().replace('Upgrade: websocket', 'Upgrade: foo'),
    switching().replace(/Sec-WebSocket-Accept.*\r\n/, ''),
    switching(['Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=']),
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  ]
  for (const answer of answers) {
    let closed: Promise<unknown> = Promise.resolve()
    const url = await rawServer(t, (socket) => {
      closed = once(socket, 'close')
      socket.once('data', () => socket.write(answer))
    })
    const gateway = await startGateway(t, chat(url))
    const client = new RawSocket(t, gateway.url)
    client.write(handshake('/chat'))
    await client.closed
    t.regex(client.text, /^HTTP\/1\.1 502 .*"code":"UPSTREAM_INVALID_RESPONSE"/s)
    await closed
  }
})

test('an upstream that does not answer the handshake in time is a 504', async (t) => {
  const url = await rawServer(t, () => undefined)
  const gateway = await startGateway(t, chat(url, 'direct', { timeouts: { headers: '100ms' } }))
  const { status, body } = await refusalOf(socketClient(t, `${gateway.url}/chat`))
  t.is(status, 504)
  t.is(JSON.parse(body).code, 'UPSTREAM_TIMED_OUT')
})

for (const leave of ['end', 'resetAndDestroy'] as const)
  test(`a client that leaves during the handshake takes the upstream’s connection along (${leave})`, async (t) => {
    let closed: Promise<unknown> | undefined
    const url = await rawServer(t, (socket) => {
      socket.once('data', () => {
        closed = once(socket, 'close')
        client.socket[leave]()
      })
    })
    const gateway = await startGateway(t, chat(url))
    const client = new RawSocket(t, gateway.url)
    client.write(handshake('/chat'))
    await client.closed
    t.truthy(closed, 'the upstream was asked')
    await closed
  })

test('a tunnel that falls silent is closed; one that moves is not', async (t) => {
  const clock = fakeClock()
  const up = await socketUpstream(t)
  const target = upstream('up', { targets: [up.url] })
  const gateway = await startGateway(
    t,
    { chat: route({ method: 'GET', path: '/chat', upstream: target, websocket: { idle: '2m' } }) },
    {},
    { clock },
  )
  const socket = await openSocket(t, `${gateway.url}/chat`)
  for (let round = 0; round < 3; round++) {
    clock.advance(100_000)
    socket.send('still here')
    await nextMessage(socket)
    // Long enough for the gateway to look whether anything is due.
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  const closed = [closeOf(socket), closeOf([...up.server.clients][0]!)]
  clock.advance(121_000)
  t.deepEqual(await Promise.all(closed), [
    { code: 1_001, reason: 'idle timeout' },
    { code: 1_001, reason: 'idle timeout' },
  ])
  await until(() => up.server.clients.size === 0)
  t.regex(await metricsOf(gateway), /^gatewright_websocket_closed_total\{route="chat",by="idle"\} 1$/m)
})

test('stop asks both sides to close', async (t) => {
  const up = await socketUpstream(t)
  const gateway = await startGateway(t, chat(up.url))
  const socket = await openSocket(t, `${gateway.url}/chat`)
  const closed = [closeOf(socket), closeOf([...up.server.clients][0]!)]
  t.true(await gateway.stop({ now: true }))
  t.deepEqual(await Promise.all(closed), [
    { code: 1_012, reason: 'service restart' },
    { code: 1_001, reason: 'service restart' },
  ])
})

test('a close frame of the gateway waits for the end of the frame under way', async (t) => {
  const up = await rawUpstream(t, '\x81\x0ahalf ')
  const gateway = await startGateway(t, chat(up.url))
  const client = new RawSocket(t, gateway.url)
  client.write(handshake('/chat'))
  await client.has('half ')
  const stopped = gateway.stop({ now: true })
  // The upstream has nothing half-received, so it hears of it at once: a masked close frame.
  const { socket } = up.upstreams[0]!
  await until(() => /\r\n\r\n\x88[\x80-\xff]/.test(up.upstreams[0]!.text))
  t.true(client.text.endsWith('half '))
  socket.write('a way\x81\x04more', 'latin1')
  await client.has('half a way')
  await client.has('\x88\x11\x03\xf4service restart')
  socket.write('\x81\x04lost\x88\0', 'latin1')
  await until(() => up.upstreams[0]!.ended)
  t.false(client.socket.readableEnded, 'the client has not answered yet')
  client.write('\x88\x80\0\0\0\0')
  await client.closed
  t.true(client.text.endsWith('half a way\x88\x11\x03\xf4service restart'), 'nothing follows a close frame')
  t.true(await stopped)
})

test('a tunnel whose sides do not answer is cut at the end of the drain time', async (t) => {
  const up = await rawUpstream(t)
  // The time that both sides have to answer never comes: the clock stands still.
  const gateway = await startGateway(t, chat(up.url), { server: { drain: '100ms' } }, { clock: fakeClock() })
  const client = new RawSocket(t, gateway.url)
  client.write(handshake('/chat'))
  await client.has('\r\n\r\n')
  t.false(await gateway.stop({ now: true }))
  await client.closed
  await up.upstreams[0]!.closed
  t.true(client.text.endsWith('\x88\x11\x03\xf4service restart'))
})

test('a tunnel lives on through a reload that changes its upstream', async (t) => {
  const up = await socketUpstream(t)
  const other = await socketUpstream(t, (socket) => socket.send('other'))
  const gateway = await startGateway(t, chat(up.url))
  const socket = await openSocket(t, `${gateway.url}/chat`)
  await gateway.reload(defineGateway({ info: { title: 'Test', version: '2.0.0' }, routes: chat(other.url) }))
  const fresh = socketClient(t, `${gateway.url}/chat`)
  t.is(await nextMessage(fresh), 'other')
  socket.send('still the first')
  t.is(await nextMessage(socket), 'still the first')
})

test('a tunnel is counted while it is open, and logged when it is closed', async (t) => {
  const { lines, log } = recordLog()
  const up = await socketUpstream(t)
  const gateway = await startGateway(t, chat(up.url), {}, { log })
  const socket = await openSocket(t, `${gateway.url}/chat`)
  const open = await metricsOf(gateway)
  t.regex(open, /^gatewright_websocket_tunnels\{route="chat"\} 1$/m)
  t.regex(open, /^gatewright_requests_total\{route="chat",method="GET",status="101"\} 1$/m)
  t.regex(open, /^gatewright_requests_in_flight 0$/m)
  t.is(lines.filter(({ msg }) => msg === 'request').length, 0)
  socket.close()
  await until(() => lines.some(({ msg }) => msg === 'request'))
  const { status, upstream: name, target, aborted, durationMs } = lines.find(({ msg }) => msg === 'request')!
  t.like({ status, name, target, aborted }, { status: 101, name: 'up', target: up.url, aborted: undefined })
  t.true((durationMs as number) > 0)
  const closed = await metricsOf(gateway)
  t.notRegex(closed, /^gatewright_websocket_tunnels\{/m)
  t.regex(closed, /^gatewright_websocket_closed_total\{route="chat",by="client"\} 1$/m)
})

test('a reader that is slow holds up the sender, not the gateway’s memory', async (t) => {
  const chunk = Buffer.alloc(65_536)
  let sent = 0
  const url = await rawServer(t, (socket) => {
    const pump = () => {
      while (sent < 512 * 1_048_576) {
        sent += chunk.length
        if (!socket.write(chunk)) return
      }
    }
    socket.on('drain', pump)
    socket.once('data', () => {
      socket.write(switching())
      pump()
    })
  })
  const gateway = await startGateway(t, chat(url))
  const client = new RawSocket(t, gateway.url)
  client.socket.pause()
  client.write(handshake('/chat'))
  // It stalls once the buffers of the four sockets are full, far from the half gigabyte that it would send.
  for (let quiet = 0; quiet < 8; ) {
    const before = sent
    await new Promise((resolve) => setTimeout(resolve, 200))
    quiet = sent > 0 && sent === before ? quiet + 1 : 0
  }
  t.true(sent < 128 * 1_048_576, `${sent} bytes are under way`)
  const held = sent
  client.socket.resume()
  await t.notThrowsAsync(until(() => sent > held + 8 * 1_048_576))
})

test('a handshake that arrives while the gateway stops is answered 503', async (t) => {
  const up = await rawUpstream(t)
  const gateway = await startGateway(t, chat(up.url), { server: { drain: '20s' } })
  const open = new RawSocket(t, gateway.url)
  open.write(handshake('/chat'))
  await open.has('\r\n\r\n')
  const late = new RawSocket(t, gateway.url)
  const text = handshake('/chat')
  late.write(text.slice(0, 40))
  // Once a request on a newer connection is answered, the half one has been read too.
  await fetch(`${gateway.url}/nowhere`)
  const stopped = gateway.stop({ now: true })
  await open.has('service restart')
  late.write(text.slice(40))
  await late.closed
  t.regex(late.text, /^HTTP\/1\.1 503 .*retry-after: 1\r\n.*"code":"UNAVAILABLE"/is)
  t.is(up.upstreams.length, 1)
  open.socket.destroy()
  t.true(await stopped)
})

test('a step that fails on the 101 leaves neither side hanging', async (t) => {
  const up = await rawUpstream(t)
  const broken = definePolicy({
    name: 'broken',
    phase: 'respond',
    options: z.strictObject({}),
    compile: () => ({
      response: (_exchange, status) => {
        if (status === 101) throw new Error('broken')
      },
    }),
  })
  const gateway = await startGateway(t, {
    chat: route({
      method: 'GET',
      path: '/chat',
      upstream: upstream('up', { targets: [up.url] }),
      use: { broken: broken({}) },
      websocket: true,
    }),
  })
  const client = new RawSocket(t, gateway.url)
  client.write(handshake('/chat'))
  await client.closed
  t.regex(client.text, /^HTTP\/1\.1 500 .*"code":"INTERNAL"/s)
  await up.upstreams[0]!.closed
})

test('policies hear of the 101 as of any outcome, may answer instead, and learn when the connection is over', async (t) => {
  const heard: string[] = []
  const listen = definePolicy({
    name: 'listen',
    phase: 'limit',
    options: z.strictObject({}),
    compile: () => ({
      request: (exchange) => {
        exchange.onUpstream((outcome) => {
          heard.push(`outcome ${outcome.status ?? outcome.problem?.code}`)
          return exchange.queryString === 'stop' ? { status: 418, headers: [], body: 'no' } : undefined
        })
        exchange.onFinish(({ status, aborted }) => heard.push(`finish ${status} ${aborted}`))
      },
    }),
  })
  const up = await rawUpstream(t)
  const gateway = await startGateway(t, {
    chat: route({
      method: 'GET',
      path: '/chat',
      upstream: upstream('up', { targets: [up.url] }),
      use: { listen: listen({}) },
      websocket: true,
    }),
  })
  const client = new RawSocket(t, gateway.url)
  client.write(handshake('/chat'))
  await client.has('101 Switching')
  t.deepEqual(heard, ['outcome 101'])
  client.socket.end()
  await client.closed
  await until(() => heard.length === 2)
  const stopped = new RawSocket(t, gateway.url)
  stopped.write(handshake('/chat?stop'))
  await stopped.closed
  t.regex(stopped.text, /^HTTP\/1\.1 418 .*\r\n\r\nno$/s)
  await up.upstreams[1]!.closed
  await until(() => heard.length === 4)
  t.deepEqual(heard, ['outcome 101', 'finish 101 false', 'outcome 101', 'finish 418 false'])
})
