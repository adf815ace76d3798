import assert from 'node:assert/strict'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { headers, type Key } from 'gatewright'
import { z } from 'zod'
import { type Case, head, type Stage } from '../case.js'
import { assertAbsent, assertValues, forwarded, receivedBy } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

/** A key that reads a fixed text, as if a claim or an attribute had it. */
const reading = (text: string): Key<object, string> => ({ label: 'reading', read: () => text })

/** A JSON body to a route that reads it, whatever the mode. */
async function post(stage: Stage, body: string, lines: readonly string[] = []) {
  const url = await stage.variant({ route: { body: z.looseObject({}), bodyLimit: '2mb' } })
  const bytes = `${head('POST', '/public/a', 'Content-Type: application/json', `Content-Length: ${body.length}`, ...lines)}${body}`
  return stage.ask(bytes, { url })
}

const BAD_VALUES: readonly (readonly [what: string, value: string])[] = [
  ['CR LF and a header', 'a\r\nX-Admin: 1'],
  ['a bare LF', 'a\nX-Admin: 1'],
  ['a bare CR', 'a\rX-Admin: 1'],
  ['a NUL', 'a\0b'],
  ['characters beyond Latin-1', 'a\u0130\u010a'],
]

const CODINGS: readonly (readonly [what: string, coding: string, body: Buffer])[] = [
  ['gzip', 'gzip', gzipSync(Buffer.alloc(1_000_000, ' '))],
  ['gzip twice', 'gzip, gzip', gzipSync(gzipSync(Buffer.alloc(1_000_000, ' ')))],
  ['br', 'br', brotliCompressSync(Buffer.alloc(1_000_000, ' '))],
]

export const injectionCases: readonly Case[] = [
  ...BAD_VALUES.map(
    ([what, value]): Case => ({
      id: 'I-03',
      title: `a value with ${what} never becomes a request field: 400, and no second line`,
      async run(stage) {
        const edits = headers({ request: { set: { 'x-claim': reading(value) } } })
        const response = await stage.ask(head('GET'), { url: await stage.variant({ route: { use: { edits } } }) })
        assert.equal(statusOf(response), 400)
        assert.equal(stage.recorder.streams.length, 0)
      },
    }),
  ),
  ...BAD_VALUES.map(
    ([what, value]): Case => ({
      id: 'I-03',
      title: `a value with ${what} never becomes a response field: it is left out`,
      async run(stage) {
        const edits = headers({ response: { set: { 'x-claim': reading(value) } } })
        const response = await stage.ask(head('GET'), { url: await stage.variant({ route: { use: { edits } } }) })
        assert.equal(statusOf(response), 200)
        assertAbsent(response, 'x-claim', 'x-admin')
      },
    }),
  ),
  {
    id: 'I-03',
    title: 'a value of 8 KB passes whole or is refused, never cut',
    async run(stage) {
      const value = 'v'.repeat(8_192)
      const edits = headers({ request: { set: { 'x-claim': reading(value) } } })
      const response = await stage.ask(head('GET'), { url: await stage.variant({ route: { use: { edits } } }) })
      if (statusOf(response) === 200) assertValues(receivedBy(stage), 'x-claim', value)
      else assert.equal(stage.recorder.streams.length, 0)
    },
  },
  {
    id: 'I-07',
    title: '`__proto__` and `constructor` in a body are refused with 400 and pollute nothing',
    async run(stage) {
      const response = await post(stage, '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}')
      assert.equal(statusOf(response), 400)
      assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    },
  },
  {
    id: 'I-07',
    title: '`__proto__` as a field, a query parameter and a cookie pollutes nothing and crashes nothing',
    async run(stage) {
      const url = await stage.variant({ route: { query: z.looseObject({}) } })
      const lines = ['__proto__: x', 'constructor: x', 'Cookie: __proto__=x; constructor=y', 'toString: x']
      const response = await stage.ask(head('GET', '/public/a?__proto__=1&__proto__[polluted]=1&constructor=2', ...lines), { url })
      assert.equal(statusOf(response), 200)
      assert.equal(({} as { polluted?: unknown }).polluted, undefined)
      assertAbsent(receivedBy(stage), '__proto__')
    },
  },
  {
    id: 'I-07',
    title: 'a body nested 10,000 deep is refused with 400',
    async run(stage) {
      for (const body of [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`]) {
        assert.equal(statusOf(await post(stage, body)), 400)
        assert.equal(stage.recorder.streams.length, 0)
      }
    },
  },
  {
    id: 'I-07',
    title: 'a body nested 64 deep passes; brackets in texts are not counted',
    async run(stage) {
      const body = `{"a":${'['.repeat(63)}"${'[{'.repeat(200)}\\"["${']'.repeat(63)}}`
      assert.equal(statusOf(await post(stage, body)), 200)
      assert.equal(receivedBy(stage).body, body)
    },
  },
  {
    id: 'I-07',
    title: 'a body that names a member twice is refused with 400',
    async run(stage) {
      assert.equal(statusOf(await post(stage, '{"a":1,"a":2}')), 400)
      assert.equal(stage.recorder.streams.length, 0)
    },
  },
  {
    id: 'I-07',
    title: 'a number of a megabyte does not hold the gateway up',
    async run(stage) {
      assert.ok(statusOf(await post(stage, `{"a":${'9'.repeat(1_000_000)}}`)) < 500)
      assert.equal(statusOf(await stage.ask(head('GET'))), 200)
    },
  },
  ...CODINGS.map(
    ([what, coding, body]): Case => ({
      id: 'I-08',
      title: `a compressed body (${what}) to a route that reads JSON is 415: nothing is inflated`,
      async run(stage) {
        assert.equal(statusOf(await post(stage, body.toString('latin1'), [`Content-Encoding: ${coding}`])), 415)
        assert.equal(stage.recorder.streams.length, 0)
      },
    }),
  ),
  {
    id: 'I-08',
    title: 'a compressed body on a route that only forwards passes as its bytes',
    async run(stage) {
      const body = gzipSync(Buffer.alloc(100_000, ' ')).toString('latin1')
      const received = await forwarded(
        stage,
        `${head('POST', '/public/a', 'Content-Encoding: gzip', `Content-Length: ${body.length}`)}${body}`,
      )
      assert.equal(received.body, body)
      assertValues(received, 'content-encoding', 'gzip')
    },
  },
  {
    id: 'I-08',
    title: 'a compressed response to a route that reads it is 502: nothing is inflated',
    notApplicable: { streamed: 'reads no response', hapi: 'reads no response', stock: 'reads no response' },
    async run(stage) {
      const body = gzipSync(Buffer.alloc(1_000_000, ' ')).toString('latin1')
      stage.recorder.answer = () => respond(200, ['Content-Encoding: gzip'], body)
      assert.equal(statusOf(await stage.ask(head('GET'))), 502)
      assertValues(receivedBy(stage), 'accept-encoding', 'identity')
    },
  },
  {
    id: 'I-20',
    title: '10,000 keys of a body that look like array indexes are read in bounded time',
    async run(stage) {
      const keys = Array.from({ length: 10_000 }, (_, index) => `"${index * 65_536}":1`)
      const started = performance.now()
      assert.equal(statusOf(await post(stage, `{${keys.join(',')}}`)), 200)
      assert.ok(performance.now() - started < 5_000)
      assert.equal(valuesOf(receivedBy(stage), 'content-length').length, 1)
    },
  },
]
