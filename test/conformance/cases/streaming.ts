import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { eventually } from '../checks.js'
import { statusOf } from '../message.js'
import { respond } from '../recorder.js'

const WHOLE = 'collects the body to transform it'
const MEGABYTE = 'x'.repeat(1_048_576)

export const streamingCases: readonly Case[] = [
  ...['text/event-stream', 'text/plain'].map(
    (type): Case => ({
      id: 'P-14',
      title: `the first chunk of ${type} reaches the client before the upstream sends the second`,
      notApplicable: { buffered: WHOLE },
      async run(stage) {
        stage.recorder.answer = (_request, socket) => {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n`)
          return undefined
        }
        const client = await stage.connect()
        client.send(head('GET', '/public/a', 'Accept-Encoding: gzip'))
        await client.untilReceived((bytes) => bytes.includes('data: 1\n\n'), 'the first chunk', 5_000)
        for (const socket of stage.recorder.sockets) socket.write('9\r\ndata: 2\n\n\r\n0\r\n\r\n')
        assert.equal((await client.response()).body, 'data: 1\n\ndata: 2\n\n')
      },
    }),
  ),
  {
    id: 'P-15',
    title: 'the header of a response reaches the client before any of its body',
    notApplicable: { buffered: WHOLE },
    async run(stage) {
      stage.recorder.answer = (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n')
      const client = await stage.connect()
      client.send(head('GET'))
      await client.untilReceived((bytes) => /X-A: b\r\n/i.test(bytes), 'the header', 5_000)
      for (const socket of stage.recorder.sockets) socket.write('ok')
      assert.equal((await client.response()).body, 'ok')
    },
  },
  {
    id: 'P-14',
    title: 'the first part of an upload reaches the upstream before the client sends the second',
    async run(stage) {
      const client = await stage.connect()
      client.send(`${head('POST', '/public/a', 'Transfer-Encoding: chunked')}3\r\nabc\r\n`)
      await stage.recorder.until(() => stage.recorder.streams.some((bytes) => bytes.includes('abc')), 'the first part', 5_000)
      client.send('3\r\ndef\r\n0\r\n\r\n')
      assert.equal(statusOf(await client.finalResponse()), 200)
      assert.equal(stage.recorder.requests[0]?.body, 'abcdef')
    },
  },
  {
    id: 'P-16',
    title: 'a client that leaves before the response ends the upstream’s request',
    async run(stage) {
      stage.recorder.answer = () => undefined
      for (const leave of ['reset', 'close'] as const) {
        const client = await stage.connect()
        client.send(head('GET'))
        await stage.recorder.until(() => stage.recorder.requests.length === 1, 'the request')
        client[leave]()
        await stage.recorder.until(() => stage.recorder.sockets.size === 0, 'the upstream’s connection to close', 1_500)
        stage.recorder.requests.length = 0
      }
    },
  },
  {
    id: 'P-16',
    title: 'a client that leaves in the middle of the response ends the upstream’s request',
    async run(stage) {
      stage.recorder.answer = (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc')
      for (const leave of ['reset', 'close'] as const) {
        const client = await stage.connect()
        client.send(head('GET'))
        await stage.recorder.until(() => stage.recorder.requests.length === 1, 'the request')
        client[leave]()
        await stage.recorder.until(() => stage.recorder.sockets.size === 0, 'the upstream’s connection to close', 1_500)
        stage.recorder.requests.length = 0
      }
    },
  },
  {
    id: 'P-16',
    title: 'a client that leaves in the middle of its upload ends the upstream’s request, which is never completed',
    async run(stage) {
      for (const lines of [['Content-Length: 100'], ['Transfer-Encoding: chunked']]) {
        const client = await stage.connect()
        client.send(`${head('POST', '/public/a', ...lines)}3\r\nabc\r\n`)
        await stage.recorder.until(() => stage.recorder.streams.some((bytes) => bytes.includes('abc')), 'the upload')
        client.reset()
        await stage.recorder.until(() => stage.recorder.sockets.size === 0, 'the upstream’s connection to close', 1_500)
        stage.recorder.streams.length = 0
      }
      assert.equal(stage.recorder.requests.length, 0)
    },
  },
  {
    id: 'P-16',
    title: 'after 300 clients that left in the middle of a response the pool is whole',
    notApplicable: { stock: 'opens a connection for each request' },
    async run(stage) {
      stage.recorder.answer = ({ line }) =>
        line.includes('/public/a') ? `HTTP/1.1 200 OK\r\nContent-Length: ${20 * MEGABYTE.length}\r\n\r\n${MEGABYTE}` : respond()
      for (let batch = 0; batch < 30; batch++) {
        const clients = await Promise.all(Array.from({ length: 10 }, () => stage.connect()))
        for (const client of clients) client.send(head('GET'))
        await Promise.all(
          clients.map((client) => client.untilReceived((bytes) => bytes.length > 0 || stage.subject === 'buffered', 'the header')),
        )
        for (const client of clients) client.reset()
      }
      for (let ask = 0; ask < 20; ask++) assert.equal(statusOf(await stage.ask(head('GET', '/public/b'))), 200)
      await eventually(() => stage.recorder.sockets.size <= 20, 'the end of the connections that were cut')
    },
  },
  {
    id: 'P-16',
    title: 'an upstream that leaves in the middle of an upload is told to the client, whose connection is not left hanging',
    async run(stage) {
      stage.recorder.onHead = (_head, socket) => void socket.resetAndDestroy()
      const client = await stage.connect()
      client.send(`${head('POST', '/public/a', 'Content-Length: 1000000')}abc`)
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 502)
      await client.untilClosed(10_000)
    },
  },
]
