import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { assertAbsent, assertValues, receivedBy } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const OLD = 'GET /public/a HTTP/1.0\r\nHost: gw\r\n\r\n'
const CHUNKED = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'

export const clientConnectionCases: readonly Case[] = [
  {
    id: 'P-42',
    title: 'an HTTP/1.0 request goes upstream as HTTP/1.1, and its connection closes after the response',
    async run(stage) {
      const client = await stage.connect()
      client.send(OLD)
      assert.equal((await client.response()).body, '{"ok":true}')
      await client.untilClosed()
      assert.match(receivedBy(stage).line, / HTTP\/1\.1$/)
    },
  },
  {
    id: 'P-42',
    title: 'an HTTP/1.0 client that asks for it keeps its connection',
    async run(stage) {
      const client = await stage.connect()
      const bytes = 'GET /public/a HTTP/1.0\r\nHost: gw\r\nConnection: keep-alive\r\n\r\n'
      client.send(bytes)
      assert.match(valuesOf(await client.response(), 'connection').join(), /keep-alive/i)
      client.send(bytes)
      assert.equal(statusOf(await client.response()), 200)
    },
  },
  {
    id: 'P-42',
    title: 'an HTTP/1.0 client gets a body of unknown length without chunks, ended by its connection',
    async run(stage) {
      stage.recorder.answer = () => CHUNKED
      const client = await stage.connect()
      client.send(OLD)
      await client.untilClosed()
      const response = await client.response()
      assertAbsent(response, 'transfer-encoding')
      assert.equal(response.body, '{}')
    },
  },
  {
    id: 'P-42',
    title: 'an HTTP/1.0 client without Host is served',
    async run(stage) {
      const client = await stage.connect()
      client.send('GET /public/a HTTP/1.0\r\n\r\n')
      assert.equal(statusOf(await client.response()), 200)
      assertValues(receivedBy(stage), 'host', new URL(stage.recorder.url).host)
    },
  },
  {
    id: 'P-42',
    title: 'an HTTP/1.1 client that says close gets its response and the close',
    async run(stage) {
      const client = await stage.connect()
      client.send(head('GET', '/public/a', 'Connection: close'))
      assert.match(valuesOf(await client.response(), 'connection').join(), /close/i)
      await client.untilClosed()
    },
  },
  {
    id: 'P-43',
    title: 'three requests sent at once, the middle one slow, are answered in order',
    async run(stage) {
      stage.recorder.answer = ({ line }, socket) => {
        const body = `{"path":"${line.split(' ')[1]}"}`
        if (!line.includes('/public/2')) return respond(200, [], body)
        setTimeout(() => socket.write(respond(200, [], body)), 200)
        return undefined
      }
      const client = await stage.connect()
      client.send(['1', '2', '3'].map((name) => head('GET', `/public/${name}`)).join(''))
      for (const name of ['1', '2', '3']) assert.equal((await client.response()).body, `{"path":"/public/${name}"}`)
    },
  },
  {
    id: 'P-43',
    title: 'requests sent at once, with bodies, a refusal and a failure among them, are answered in order',
    async run(stage) {
      stage.recorder.answer = ({ line }, socket) => (line.includes('/public/down') ? void socket.destroy() : respond())
      const client = await stage.connect()
      client.send(
        [
          `${head('POST', '/public/1', 'Content-Length: 3')}abc`,
          head('GET', '/nowhere'),
          head('POST', '/public/down'),
          `${head('PUT', '/public/2', 'Transfer-Encoding: chunked')}1\r\nx\r\n0\r\n\r\n`,
        ].join(''),
      )
      for (const status of [200, 404, 502, 200]) assert.equal(statusOf(await client.response()), status)
    },
  },
]
