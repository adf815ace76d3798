import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type Case, head, type Stage } from '../case.js'
import { statusOf } from '../message.js'
import { respond } from '../recorder.js'

const REFUSED = 'gatewright_refused_requests_total'
const CLOSED = 'gatewright_closed_connections_total'
const JSON_TYPE = 'Content-Type: application/json'
const MIB = 1_048_576

/** Sends `text` bit by bit until it is all sent or the connection closes. */
async function drip(
  client: { send(bytes: string): void; readonly closed: boolean; readonly pending: string },
  text: string,
  size: number,
  everyMs: number,
) {
  for (let at = 0; at < text.length && !client.closed && client.pending === ''; at += size) {
    client.send(text.slice(at, at + size))
    await wait(everyMs)
  }
}

/** A JSON body of `mib` MiB written as fast as it is taken. */
function pour(socket: Socket, mib: number): { readonly sent: () => number } {
  const total = mib * MIB
  const chunk = Buffer.alloc(65_536, 'x')
  let sent = 0
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${total + 2}\r\n\r\n"`)
  const more = () => {
    while (sent < total) {
      sent += chunk.length
      if (!socket.write(chunk)) return void socket.once('drain', more)
    }
    socket.write('"')
  }
  more()
  return { sent: () => sent }
}

async function assertSlowBody(stage: Stage, framing: string, begin: string): Promise<void> {
  const url = await stage.variant({ server: { bodyRate: { over: '1s' } } })
  let upstream: Socket | undefined
  stage.recorder.onHead = (_head, socket) => {
    upstream = socket
    return undefined
  }
  const client = await stage.connect(url)
  client.send(head('POST', '/upload/a', JSON_TYPE, framing) + begin)
  const response = client.response({ withinMs: 15_000 })
  await drip(client, 'x'.repeat(200), 1, 100)
  assert.equal(statusOf(await response), 408)
  await client.untilClosed()
  assert.equal(await stage.metric(REFUSED, { reason: 'slow-body', status: '408' }, url), 1)
  await stage.recorder.until(() => upstream?.destroyed !== false, 'the upstream connection to close', 5_000)
  assert.equal(stage.recorder.requests.length, 0)
}

export const slowClientCases: readonly Case[] = [
  {
    id: 'L-01',
    title: 'headers that come byte by byte: 408 and closed when the headers timeout is over',
    async run(stage) {
      const url = await stage.variant({ server: { timeouts: { headers: '1s' } } })
      const client = await stage.connect(url)
      const response = client.response({ withinMs: 15_000 })
      await drip(client, 'GET /public/a HTTP/1.1\r\nHost: gw\r\nX-A: '.padEnd(200, 'a'), 1, 100)
      assert.equal(statusOf(await response), 408)
      await client.untilClosed(5_000)
      assert.equal(await stage.metric(REFUSED, { reason: 'header-timeout', status: '408' }, url), 1)
    },
  },
  {
    id: 'L-02',
    title: 'a connection that sends nothing is closed without an answer and counts as no request',
    async run(stage) {
      const url = await stage.variant({ server: { timeouts: { headers: '1s' } } })
      const client = await stage.connect(url)
      await client.untilClosed(10_000)
      assert.equal(client.pending, '')
      assert.equal(await stage.metric(CLOSED, { reason: 'silent' }, url), 1)
      assert.equal(await stage.metric(REFUSED, {}, url), 0)
      assert.equal(await stage.metric('gatewright_requests_total', {}, url), 0)
    },
  },
  {
    id: 'L-03',
    title: 'a declared body slower than the least rate: 408',
    run: (stage) => assertSlowBody(stage, 'Content-Length: 1000000', '"'),
  },
  {
    id: 'L-03',
    title: 'a chunked body slower than the least rate, its framing not counted: 408',
    run: (stage) => assertSlowBody(stage, 'Transfer-Encoding: chunked', `1;${'e'.repeat(900)}\r\n"\r\n3e8\r\n`),
  },
  {
    id: 'L-03',
    title: 'a body that stalls after a fast beginning: 408',
    run: (stage) => assertSlowBody(stage, 'Content-Length: 1000000', `"${'x'.repeat(500_000)}`),
  },
  {
    id: 'L-03',
    title: 'a slow body above the least rate arrives whole',
    async run(stage) {
      const url = await stage.variant({ server: { bodyRate: { bytes: '50b', over: '1s' } } })
      const body = `"${'x'.repeat(2_998)}"`
      const client = await stage.connect(url)
      client.send(head('POST', '/upload/a', JSON_TYPE, 'Content-Length: 3000'))
      await drip(client, body, 100, 100)
      assert.equal(statusOf(await client.response()), 200)
      assert.equal(stage.recorder.requests[0]?.body, body)
    },
  },
  {
    id: 'L-03',
    title: 'a body that the upstream holds up is not the client’s fault',
    notApplicable: { buffered: 'the body is collected before the upstream is asked' },
    async run(stage) {
      const url = await stage.variant({ server: { bodyRate: { over: '1s' } }, route: { bodyLimit: '64mb' } })
      let received = 0
      let held: Socket | undefined
      stage.recorder.onConnection = (socket) => {
        socket.once('data', (first) => {
          received += first.length
          held = socket.pause()
          socket.on('data', (chunk) => {
            received += chunk.length
            if (received > 24 * MIB) socket.write(respond())
          })
          socket.pause()
        })
        return true
      }
      const client = await stage.connect(url)
      client.send(`${head('POST', '/public/a', `Content-Length: ${24 * MIB}`)}${'x'.repeat(24 * MIB)}`)
      await stage.recorder.until(() => held !== undefined, 'the request')
      await wait(3_500)
      assert.equal(client.pending, '', 'not refused meanwhile')
      held?.resume()
      assert.equal(statusOf(await client.response({ withinMs: 30_000 })), 200)
    },
  },
  {
    id: 'L-04',
    title: 'a reader that stops: the upstream is held back, memory stays flat, and the connection is cut after the idle timeout',
    notApplicable: { buffered: 'the response is collected first; see the next case' },
    async run(stage) {
      const url = await stage.variant({ route: { timeouts: { idle: '2s' } } })
      let sent = () => 0
      stage.recorder.answer = (_request, socket) => {
        sent = pour(socket, 300).sent
        return undefined
      }
      const before = process.memoryUsage()
      const client = await stage.connect(url)
      client.socket.pause()
      client.send(head('GET'))
      await stage.recorder.until(() => sent() > 0, 'the response to begin')
      await wait(1_000)
      const after = process.memoryUsage()
      assert.ok(sent() < 64 * MIB, `${Math.round(sent() / MIB)} of 300 MiB were taken from the upstream`)
      assert.ok(after.arrayBuffers - before.arrayBuffers < 16 * MIB, 'buffers stay small')
      await stage.recorder.until(() => stage.recorder.sockets.size === 0, 'the upstream connection to close', 15_000)
      assert.equal(await stage.metric(CLOSED, { reason: 'slow-reader' }, url), 1)
      assert.equal(await stage.metric('gatewright_upstream_requests_total', { outcome: 'timeout' }, url), 0, 'the upstream is not blamed')
    },
  },
  {
    id: 'L-04',
    title: 'a reader that stops at a response the upstream has finished is cut too',
    async run(stage) {
      const url = await stage.variant({ route: { timeouts: { idle: '2s' }, responseLimit: '64mb' } })
      stage.recorder.answer = (_request, socket) => void pour(socket, 24)
      const client = await stage.connect(url)
      client.socket.pause()
      client.send(head('GET'))
      const cut = async () => (await stage.metric(CLOSED, { reason: 'slow-reader' }, url)) === 1
      for (const end = Date.now() + 20_000; !(await cut()) && Date.now() < end; ) await wait(200)
      assert.ok(await cut())
      assert.equal(await stage.metric('gatewright_requests_in_flight', {}, url), 0)
    },
  },
  {
    id: 'L-04',
    title: 'a slow reader that goes on reading gets it all',
    async run(stage) {
      const url = await stage.variant({ route: { timeouts: { idle: '3s' }, responseLimit: '64mb' } })
      stage.recorder.answer = (_request, socket) => void pour(socket, 16)
      const client = await stage.connect(url)
      let received = 0
      client.socket.removeAllListeners('data').on('data', (chunk) => {
        received += chunk.length
        // Some 3 MiB a second.
        client.socket.pause()
        setTimeout(() => client.socket.resume(), 20)
      })
      client.send(head('GET'))
      for (const end = Date.now() + 40_000; received < 16 * MIB && !client.closed && Date.now() < end; ) await wait(100)
      assert.ok(received > 16 * MIB, `${received} bytes came`)
    },
  },
]
