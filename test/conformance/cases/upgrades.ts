import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { assertAbsent, assertValues, receivedBy } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'

const WEBSOCKET = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

/** Upgrade requests that nobody serves: each is an ordinary request. */
const REQUESTS: readonly (readonly [what: string, bytes: string, body: string])[] = [
  [
    'Upgrade: h2c with HTTP2-Settings',
    head('GET', '/public/a', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
    '',
  ],
  ['Upgrade: foo', head('GET', '/public/a', 'Connection: Upgrade', 'Upgrade: foo'), ''],
  [
    'Upgrade: websocket on a route without WebSocket',
    head('GET', '/public/a', 'Connection: Upgrade', 'Upgrade: websocket', ...WEBSOCKET),
    '',
  ],
  ['Upgrade without Connection', head('GET', '/public/a', 'Upgrade: websocket', ...WEBSOCKET), ''],
  ['Connection: upgrade without Upgrade', head('GET', '/public/a', 'Connection: upgrade'), ''],
  [
    'Upgrade on a POST with a body by length',
    `${head('POST', '/public/a', 'Connection: Upgrade', 'Upgrade: websocket', ...WEBSOCKET, 'Content-Length: 3')}abc`,
    'abc',
  ],
  [
    'Upgrade: h2c on a POST in chunks',
    `${head('POST', '/public/a', 'Connection: Upgrade', 'Upgrade: h2c', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`,
    'abc',
  ],
  ['Upgrade on HTTP/1.0', 'GET /public/a HTTP/1.0\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', ''],
]

export const upgradeCases: readonly Case[] = [
  ...REQUESTS.map(
    ([what, bytes, body]): Case => ({
      id: 'P-24',
      title: `${what} is an ordinary request: forwarded without the field, never switched`,
      async run(stage) {
        const client = await stage.connect()
        client.send(bytes)
        const response = await client.response({ withinMs: 5_000 })
        assert.equal(statusOf(response), 200)
        const received = receivedBy(stage)
        assertAbsent(received, 'upgrade', 'http2-settings')
        assertValues(received, 'connection', 'keep-alive')
        assert.equal(received.body, body)
      },
    }),
  ),
  {
    id: 'P-24',
    title: 'after an upgrade that was not made the connection speaks HTTP/1.1, or closes',
    async run(stage) {
      const client = await stage.connect()
      client.send(head('GET', '/public/a', 'Connection: Upgrade', 'Upgrade: foo'))
      const first = await client.response({ withinMs: 5_000 })
      assert.equal(statusOf(first), 200)
      if (/close/i.test(valuesOf(first, 'connection').join())) return
      client.send(head('GET', '/public/b'))
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 200)
    },
  },
  {
    id: 'P-24',
    title: 'an upgrade request is held to the same auth',
    async run(stage) {
      const client = await stage.connect()
      client.send(head('GET', '/admin/a', 'Connection: Upgrade', 'Upgrade: websocket', ...WEBSOCKET))
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 401)
      assert.equal(stage.recorder.streams.length, 0)
    },
  },
]
