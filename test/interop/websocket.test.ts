import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { route, upstream } from 'gatewright'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { WebSocket, WebSocketServer } from 'ws'
import { LANES, startGateway } from '../helpers/start-gateway.js'

/** A gateway whose one route takes everything, WebSocket too, to the server on this port. */
async function gatewayTo(t: ExecutionContext, port: number, lifecycle: (typeof LANES)[number]): Promise<string> {
  const chat = upstream('chat', { targets: [`http://127.0.0.1:${port}`] })
  const gateway = await startGateway(t, {
    chat: route({ method: 'GET', path: '/{path*}', upstream: chat, lifecycle, websocket: true }),
    send: route({ method: 'POST', path: '/{path*}', upstream: chat, lifecycle }),
  })
  return gateway.url
}

const nextMessage = async (socket: WebSocket) => String((await once(socket, 'message'))[0])

for (const lifecycle of LANES) {
  test(`${lifecycle}: a chat on ws: texts, bytes, compression, a subprotocol, pings and the close code`, async (t) => {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      perMessageDeflate: { threshold: 0 },
      handleProtocols: () => 'chat.v2',
    })
    await once(server, 'listening')
    t.teardown(() => server.close())
    server.on('connection', (socket) => {
      socket.on('message', (data, binary) => {
        if (String(data) === 'bye') socket.close(4_001, 'as asked')
        for (const other of server.clients) other.send(data, { binary })
      })
    })
    const url = (await gatewayTo(t, (server.address() as AddressInfo).port, lifecycle)).replace('http', 'ws')
    const join = async () => {
      const socket = new WebSocket(`${url}/room/1`, ['chat.v1', 'chat.v2'])
      t.teardown(() => socket.terminate())
      await once(socket, 'open')
      return socket
    }
    const ann = await join()
    const bob = await join()
    t.is(ann.protocol, 'chat.v2')
    t.regex(ann.extensions, /permessage-deflate/)

    const heard = Promise.all([nextMessage(ann), nextMessage(bob)])
    ann.send('hello, Bob')
    t.deepEqual(await heard, ['hello, Bob', 'hello, Bob'])

    const large = Buffer.alloc(2_000_000, 'gatewright ')
    const received = once(bob, 'message')
    ann.send(large)
    const [data, binary] = (await received) as [Buffer, boolean]
    t.true(binary)
    t.true(large.equals(data))

    const pong = once(bob, 'pong')
    bob.ping('still there?')
    t.is(String((await pong)[0]), 'still there?')

    const closed = once(ann, 'close')
    ann.send('bye')
    const [code, reason] = await closed
    t.is(code, 4_001)
    t.is(String(reason), 'as asked')
  })

  test(`${lifecycle}: socket.io begins with polling, upgrades to a WebSocket, and loses nothing`, async (t) => {
    const http = createServer()
    const server = new Server(http)
    server.on('connection', (socket) => {
      socket.on('say', (text: string, done: (length: number) => void) => {
        server.emit('said', text)
        done(text.length)
      })
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    t.teardown(() => server.close())
    const url = await gatewayTo(t, (http.address() as AddressInfo).port, lifecycle)

    const client: Socket = io(url, { reconnection: false })
    t.teardown(() => client.disconnect())
    const { engine } = client.io
    const opened = new Promise<string>((resolve) => engine.once('open', () => resolve(engine.transport.name)))
    const upgraded = new Promise<string>((resolve) => engine.once('upgrade', ({ name }) => resolve(name)))
    const heard: string[] = []
    client.on('said', (text: string) => heard.push(text))
    const before = Array.from({ length: 10 }, (_, index) => `before ${index}`)
    // Sent while the transport changes: the first ones by POST, the last ones in frames.
    const said = before.map((text) => client.emitWithAck('say', text) as Promise<number>)
    t.is(await opened, 'polling')
    t.is(await upgraded, 'websocket')
    t.deepEqual(
      await Promise.all(said),
      before.map(({ length }) => length),
    )
    t.is(await client.emitWithAck('say', 'x'.repeat(100_000)), 100_000)
    t.deepEqual(heard, [...before, 'x'.repeat(100_000)])
  })
}
