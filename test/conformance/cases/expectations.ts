import assert from 'node:assert/strict'
import { ip, rateLimit, upstream } from 'gatewright'
import { type Case, head } from '../case.js'
import { assertAbsent, receivedBy } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const NOT_ASKED =
  'undici sends the header with the first byte of the body, so the upstream cannot answer it alone; the gateway asks the client for the body itself once every check has passed and a target is connected'
const JSON_LINES = ['Content-Type: application/json', 'Content-Length: 2']

/** Requests that the gateway refuses by itself, with the status. */
const REFUSALS: readonly (readonly [status: number, bytes: string])[] = [
  [401, head('POST', '/admin/a', 'Expect: 100-continue', 'Content-Length: 100000')],
  [404, head('POST', '/nowhere', 'Expect: 100-continue', 'Content-Length: 5')],
  [405, head('POST', '/only-get/1', 'Expect: 100-continue', 'Content-Length: 5')],
  [413, head('POST', '/small/a', 'Expect: 100-continue', 'Content-Type: application/json', 'Content-Length: 100000')],
]

export const expectationCases: readonly Case[] = [
  {
    id: 'P-32',
    title: 'a body that is wanted is asked for, and Expect stays behind',
    async run(stage) {
      for (const path of ['/public/a', '/upload/a']) {
        const client = await stage.connect()
        client.send(head('POST', path, 'Expect: 100-continue', ...JSON_LINES))
        assert.equal(statusOf(await client.response()), 100)
        client.send('{}')
        assert.equal(statusOf(await client.response()), 200)
        const received = receivedBy(stage)
        stage.recorder.requests.length = 0
        assert.equal(received.body, '{}')
        assertAbsent(received, 'expect')
      }
    },
  },
  {
    id: 'P-32',
    title: 'an upstream that refuses by the header alone spares the client the upload',
    exception: { streamed: NOT_ASKED, buffered: NOT_ASKED, hapi: NOT_ASKED },
    async run(stage) {
      stage.recorder.onHead = () => respond(403)
      const client = await stage.connect()
      client.send(head('POST', '/public/a', 'Expect: 100-continue', 'Content-Length: 100000'))
      assert.equal(statusOf(await client.response({ withinMs: 2_000 })), 403)
    },
  },
  {
    id: 'P-32',
    title: 'an upstream that refuses in the middle of the upload is heard, and its connection is not used again',
    async run(stage) {
      stage.recorder.onHead = (text) => (text.includes('POST') ? respond(403) : undefined)
      const client = await stage.connect()
      client.send(head('POST', '/public/a', 'Expect: 100-continue', 'Content-Length: 100000'))
      const first = await client.response({ withinMs: 5_000 })
      if (statusOf(first) === 100) {
        client.send('x'.repeat(1_000))
        assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 403)
      }
      assert.equal(statusOf(await stage.ask(head('GET', '/public/b'))), 200)
      assert.equal(stage.recorder.streams.length, 2)
      assert.match(stage.recorder.streams[1] ?? '', /^GET \/public\/b /)
    },
  },
  {
    id: 'P-32',
    title: 'no 100 where the upstream cannot be reached',
    async run(stage) {
      const dead = upstream('dead', { targets: ['http://127.0.0.1:1'] })
      const client = await stage.connect(await stage.variant({ route: { upstream: dead } }))
      client.send(head('POST', '/public/a', 'Expect: 100-continue', ...JSON_LINES))
      assert.equal(statusOf(await client.response()), 502)
    },
  },
  ...REFUSALS.map(
    ([status, bytes]): Case => ({
      id: 'P-33',
      title: `a request that the gateway answers with ${status} gets no 100, and its connection closes`,
      async run(stage) {
        const client = await stage.connect()
        client.send(bytes)
        const response = await client.response({ withinMs: 5_000 })
        assert.equal(statusOf(response), status)
        assert.match(valuesOf(response, 'connection').join(), /close/i)
        await client.untilClosed(10_000)
        assert.equal(stage.recorder.streams.length, 0)
      },
    }),
  ),
  {
    id: 'P-33',
    title: 'a request over its rate limit gets 429 and no 100',
    async run(stage) {
      const flood = rateLimit({ by: ip, limit: '1/h' })
      const url = await stage.variant({ use: { flood } })
      await stage.ask(head('GET'), { url })
      const client = await stage.connect(url)
      client.send(head('POST', '/public/a', 'Expect: 100-continue', 'Content-Length: 5'))
      assert.equal(statusOf(await client.response()), 429)
      await client.untilClosed(10_000)
    },
  },
  {
    id: 'P-34',
    title: '`Expect: 100-Continue` is understood in any case',
    async run(stage) {
      const client = await stage.connect()
      client.send(head('POST', '/public/a', 'Expect: 100-Continue', ...JSON_LINES))
      assert.equal(statusOf(await client.response()), 100)
      client.send('{}')
      assert.equal(statusOf(await client.response()), 200)
    },
  },
  {
    id: 'P-34',
    title: 'an HTTP/1.0 request gets no 100',
    async run(stage) {
      const client = await stage.connect()
      client.send('POST /public/a HTTP/1.0\r\nHost: gw\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}')
      assert.equal(statusOf(await client.response()), 200)
      assertAbsent(receivedBy(stage), 'expect')
    },
  },
  {
    id: 'P-34',
    title: 'a request without a body gets no 100',
    async run(stage) {
      const client = await stage.connect()
      client.send(head('GET', '/public/a', 'Expect: 100-continue'))
      assert.equal(statusOf(await client.response()), 200)
    },
  },
  {
    id: 'P-34',
    title: 'a body sent without waiting is taken; one request comes of it',
    async run(stage) {
      const client = await stage.connect()
      client.send(`${head('POST', '/public/a', 'Expect: 100-continue', ...JSON_LINES)}{}${head('GET', '/public/b')}`)
      for (const _ of [1, 2]) assert.equal(statusOf(await client.finalResponse()), 200)
      assert.deepEqual(
        stage.recorder.requests.map(({ line }) => line),
        ['POST /public/a HTTP/1.1', 'GET /public/b HTTP/1.1'],
      )
    },
  },
  ...['x', 'x 100-continue', '100-continue, x', '200-ok', '100-continue;q=1'].map(
    (value): Case => ({
      id: 'P-34',
      title: `\`Expect: ${value}\` is 417 as a problem with a request id`,
      async run(stage) {
        const response = await stage.ask(head('POST', '/public/a', `Expect: ${value}`, 'Content-Length: 5'))
        assert.equal(statusOf(response), 417)
        assert.equal(valuesOf(response, 'x-request-id').length, 1)
        assert.match(response.body, /"code":"EXPECTATION_FAILED"/)
        assert.equal(stage.recorder.streams.length, 0)
      },
    }),
  ),
]
