import assert from 'node:assert/strict'
import { z } from 'zod'
import { type Case, head, type Stage } from '../case.js'
import { assertAbsent, assertValues, forwarded, refused } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

/** What the upstream is asked for. */
const target = (line: string) => line.split(' ')[1]

/** The same target comes out as went in. */
async function assertUnchanged(stage: Stage, sent: string): Promise<void> {
  assert.equal(target((await forwarded(stage, head('GET', sent))).line), sent)
}

/** Base path of the target, path of the request, and what the upstream must be asked for. */
const JOINS: readonly (readonly [base: string, path: string, joined: string])[] = [
  ['', '/public/c', '/public/c'],
  ['/', '/public/c', '/public/c'],
  ['/a/b', '/public/c', '/a/b/public/c'],
  ['/a/b/', '/public/c', '/a/b/public/c'],
  ['/a%2Fb', '/public/c', '/a%2Fb/public/c'],
  ['/a%2fb/', '/public/c%20d', '/a%2fb/public/c%20d'],
  ['/a/b', '/public/', '/a/b/public/'],
]

/** Targets that are no path of this host (RFC 9112 section 3.2). */
const NO_PATHS = ['GET *', 'POST *', 'OPTIONS */x', 'GET */x', 'GET admin', 'GET gw:80', 'GET public/a', 'GET ?x', 'CONNECT /public/a']

export const targetCases: readonly Case[] = [
  {
    id: 'P-01',
    title: 'method, path, query, fields and body reach the upstream as sent',
    async run(stage) {
      const received = await forwarded(
        stage,
        `${head('PUT', '/public/a/b?x=1&y=2', 'X-A: b', 'Content-Type: text/plain', 'Content-Length: 3')}abc`,
      )
      assert.equal(received.line, 'PUT /public/a/b?x=1&y=2 HTTP/1.1')
      assertValues(received, 'x-a', 'b')
      assertValues(received, 'content-type', 'text/plain')
      assert.equal(received.body, 'abc')
    },
  },
  {
    id: 'P-01',
    title: 'status, fields and body come back as the upstream sent them',
    async run(stage) {
      stage.recorder.answer = () => respond(418, ['X-A: b'], 'short and stout')
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 418)
      assertValues(response, 'x-a', 'b')
      assert.equal(response.body, 'short and stout')
    },
  },
  {
    id: 'P-11',
    title: 'a target URL with a query is refused when the config loads, so that two queries never have to be joined',
    async run(stage) {
      await assert.rejects(stage.variant({ basePath: '/base?sta=tic' }), /GW\d{4}|target|query/)
    },
  },
  ...['', '?', '?us=er', '?us=er&'].map(
    (query): Case => ({
      id: 'P-11',
      title: `behind a base path the query ${query === '' ? '(none)' : `\`${query}\``} gains and loses nothing but a bare \`?\``,
      async run(stage) {
        const received = await forwarded(stage, head('GET', `/public/a${query}`), await stage.variant({ basePath: '/base' }))
        assert.equal(target(received.line), `/base/public/a${query === '?' ? '' : query}`)
      },
    }),
  ),
  ...['?a=1&a=2;b=3', '?a=1&a=%zz&b=3', "?q='x'&&=&a", '?x=%2F%5c%00', '?a=1?b=2', '?a[]=1&a[b]=2', '?"<>{}|\\^`'].map(
    (query): Case => ({
      id: 'P-12',
      title: `the query \`${query}\` is forwarded byte for byte`,
      run: (stage) => assertUnchanged(stage, `/public/a${query}`),
    }),
  ),
  {
    id: 'P-12',
    title: 'of a repeated parameter the schema sees what the upstream gets: all values',
    async run(stage) {
      const url = await stage.variant({ route: { query: z.looseObject({ a: z.string() }) } })
      const response = await stage.ask(head('GET', '/public/a?a=1&a=2'), { url })
      assert.equal(statusOf(response), 400)
      assert.equal(stage.recorder.requests.length, 0)
    },
  },
  ...JOINS.map(
    ([base, path, joined]): Case => ({
      id: 'P-13',
      title: `base path \`${base}\` and path \`${path}\` make \`${joined}\``,
      async run(stage) {
        const received = await forwarded(stage, head('GET', path), await stage.variant({ basePath: base }))
        assert.equal(target(received.line), joined)
      },
    }),
  ),
  {
    id: 'P-36',
    title: 'OPTIONS * is answered here, with Allow',
    async run(stage) {
      const response = await refused(stage, head('OPTIONS', '*'), 200, 204)
      assert.match(valuesOf(response, 'allow').join(), /GET/)
    },
  },
  ...NO_PATHS.map(
    (line): Case => ({
      id: 'P-36',
      title: `\`${line}\` is refused`,
      async run(stage) {
        await refused(stage, `${line} HTTP/1.1\r\nHost: gw\r\n\r\n`, 400, 405)
      },
    }),
  ),
  {
    id: 'P-36',
    title: 'CONNECT is refused with 405 and Allow, and the connection closes',
    async run(stage) {
      const response = await refused(stage, 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n', 405)
      assert.notEqual(valuesOf(response, 'allow').length, 0)
      await response.client.untilClosed()
    },
  },
  {
    id: 'P-37',
    title: 'TRACE is refused with 405 and Allow, whatever Max-Forwards says',
    async run(stage) {
      for (const lines of [[], ['Max-Forwards: 0'], ['Max-Forwards: 5']]) {
        const response = await refused(stage, head('TRACE', '/public/a', 'Cookie: secret', ...lines), 405)
        assert.match(valuesOf(response, 'allow').join(), /GET/)
        assert.doesNotMatch(response.body, /secret/)
      }
    },
  },
  {
    id: 'P-37',
    title: 'OPTIONS with Max-Forwards: 0 is answered here, with Allow',
    async run(stage) {
      const response = await refused(stage, head('OPTIONS', '/public/a', 'Max-Forwards: 0'), 200, 204)
      assert.match(valuesOf(response, 'allow').join(), /GET/)
    },
  },
  {
    id: 'P-37',
    title: 'OPTIONS with Max-Forwards goes on with one less',
    async run(stage) {
      assertValues(await forwarded(stage, head('OPTIONS', '/public/a', 'Max-Forwards: 5')), 'max-forwards', '4')
    },
  },
  {
    id: 'P-37',
    title: 'a Max-Forwards beyond any number goes on as a number, one that is no number not at all',
    async run(stage) {
      const [many, none] = ['9'.repeat(40), 'many']
      assert.match(valuesOf(await forwarded(stage, head('OPTIONS', '/public/a', `Max-Forwards: ${many}`)), 'max-forwards').join(), /^\d+$/)
      stage.recorder.requests.length = 0
      assertAbsent(await forwarded(stage, head('OPTIONS', '/public/a', `Max-Forwards: ${none}`)), 'max-forwards')
    },
  },
  {
    id: 'P-37',
    title: 'on other methods Max-Forwards means nothing and passes',
    async run(stage) {
      assertValues(await forwarded(stage, head('GET', '/public/a', 'Max-Forwards: 0')), 'max-forwards', '0')
    },
  },
]
