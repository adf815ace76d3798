import assert from 'node:assert/strict'
import { type Case, head, type Stage } from '../case.js'
import { askTwice, assertAbsent, assertValues, eventually } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const UNASKED_100 = 'undici takes a 100 that it has not asked for as a broken response; the gateway asks for none, since it sends no Expect'

/** Answers `/public/a` with these bytes and everything else as usual. */
function answerFirst(stage: Stage, bytes: string, end = false): void {
  stage.recorder.answer = ({ line }, socket) => {
    if (!line.includes('/public/a')) return respond()
    socket.write(bytes, 'latin1')
    if (end) socket.end()
    return undefined
  }
}

/** A response without body, whatever its length field says, and then a second exchange that must be intact. */
async function bodiless(stage: Stage, method: string) {
  const client = await stage.connect()
  client.send(head(method))
  const response = await client.response({ bodiless: true })
  client.send(head('GET', '/public/next'))
  const next = await client.finalResponse()
  assert.equal(statusOf(next), 200)
  assert.equal(next.body, '{"ok":true}')
  return response
}

const HEAD_BODIES: readonly (readonly [how: string, bytes: string])[] = [
  ['with a body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ['with a wrong length', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'],
  ['with chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ['with what looks like another response', `HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n${respond(200, [], 'poison')}`],
]

export const upstreamResponseCases: readonly Case[] = [
  {
    id: 'P-17',
    title: 'an upstream that closes without a byte is 502, and the client’s connection goes on',
    async run(stage) {
      stage.recorder.answer = ({ line }, socket) => (line.includes('/public/a') ? void socket.destroy() : respond())
      const [failed, next] = await askTwice(stage, head('POST'), head('GET', '/public/b'))
      assert.equal(statusOf(failed), 502)
      assert.equal(statusOf(next), 200)
    },
  },
  {
    id: 'P-18',
    title: 'a body cut short of its length is seen as cut, and counted as the upstream’s failure',
    notApplicable: { buffered: 'the response has not begun: it is 502' },
    async run(stage) {
      const before = stage.subject === 'stock' ? 0 : await stage.metric('gatewright_problems_total', { code: 'UPSTREAM_RESET' })
      answerFirst(stage, `HTTP/1.1 200 OK\r\nContent-Length: 84\r\n\r\n${'x'.repeat(42)}`, true)
      const client = await stage.connect()
      client.send(head('GET'))
      await client.untilClosed()
      assert.match(client.pending, /x{42}$/)
      if (stage.subject === 'stock') return
      await eventually(async () => (await stage.metric('gatewright_problems_total', { code: 'UPSTREAM_RESET' })) > before, 'the count')
    },
  },
  {
    id: 'P-18',
    title: 'a chunked body without its last chunk is seen as cut: no false end',
    notApplicable: { buffered: 'the response has not begun: it is 502' },
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', true)
      const client = await stage.connect()
      client.send(head('GET'))
      await client.untilClosed()
      assert.match(client.pending, /hello/)
      assert.doesNotMatch(client.pending, /\r\n0\r\n\r\n$/)
    },
  },
  {
    id: 'P-18',
    title: 'a body to be transformed that is cut short is 502',
    notApplicable: { streamed: 'transforms nothing', hapi: 'transforms nothing', stock: 'transforms nothing' },
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 200 OK\r\nContent-Length: 84\r\n\r\n{"ok":true}', true)
      assert.equal(statusOf(await stage.ask(head('GET'))), 502)
    },
  },
  {
    id: 'P-19',
    title: 'bytes beyond the length reach nobody, and their connection is not used again',
    async run(stage) {
      answerFirst(stage, `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}EXTRA${respond(200, [], 'poison')}`)
      const [first, next] = await askTwice(stage, head('GET'), head('GET', '/public/b'))
      assert.equal(first.body, '{}')
      assert.equal(next.body, '{"ok":true}')
      assert.equal(stage.recorder.streams.length, 2)
    },
  },
  ...HEAD_BODIES.map(
    ([how, bytes]): Case => ({
      id: 'P-20',
      title: `HEAD answered ${how}: no body reaches the client, and the next response is intact`,
      async run(stage) {
        answerFirst(stage, bytes)
        assert.equal(statusOf(await bodiless(stage, 'HEAD')), 200)
      },
    }),
  ),
  {
    id: 'P-20',
    title: 'HEAD keeps the length that the upstream names',
    notApplicable: { buffered: 'what is transformed has another length' },
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
      assertValues(await bodiless(stage, 'HEAD'), 'content-length', '500')
    },
  },
  {
    id: 'P-20',
    title: 'HEAD of what is transformed names no length of the upstream',
    notApplicable: { streamed: 'transforms nothing', hapi: 'transforms nothing', stock: 'transforms nothing' },
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n')
      assertAbsent(await bodiless(stage, 'HEAD'), 'content-length')
    },
  },
  {
    id: 'P-21',
    title: '204 has no body and no length, also where the upstream names one',
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n')
      const response = await bodiless(stage, 'GET')
      assert.equal(statusOf(response), 204)
      assertAbsent(response, 'content-length', 'transfer-encoding', 'content-type')
    },
  },
  {
    id: 'P-21',
    title: '304 has no body, keeps ETag and Cache-Control, and gains no Content-Type',
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nCache-Control: max-age=1\r\nContent-Length: 100\r\n\r\n')
      const response = await bodiless(stage, 'GET')
      assert.equal(statusOf(response), 304)
      assertValues(response, 'etag', '"a"')
      assertValues(response, 'cache-control', 'max-age=1')
      assertAbsent(response, 'content-type', 'transfer-encoding')
    },
  },
  {
    id: 'P-21',
    title: '205 passes without a body',
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n')
      const [response, next] = await askTwice(stage, head('GET'), head('GET', '/public/b'))
      assert.equal(statusOf(response), 205)
      assert.equal(response.body, '')
      assert.equal(statusOf(next), 200)
    },
  },
  {
    id: 'P-25',
    title: '101 to a request that asked for none is 502 at once',
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n')
      const client = await stage.connect()
      client.send(head('GET'))
      assert.equal(statusOf(await client.response({ withinMs: 3_000 })), 502)
    },
  },
  ...[102, 103].map(
    (status): Case => ({
      id: 'P-26',
      title: `an interim ${status} ends at the gateway; the final response is intact`,
      async run(stage) {
        answerFirst(stage, `HTTP/1.1 ${status} X\r\nLink: </a.css>; rel=preload\r\nX-Interim: 1\r\n\r\n${respond(200, ['X-Final: 1'])}`)
        const client = await stage.connect()
        client.send(head('GET'))
        const response = await client.response()
        assert.equal(statusOf(response), 200)
        assertValues(response, 'x-final', '1')
        assertAbsent(response, 'x-interim', 'link')
      },
    }),
  ),
  {
    id: 'P-26',
    title: 'a 100 that nobody asked for ends at the gateway; the final response is intact',
    exception: { streamed: UNASKED_100, buffered: UNASKED_100, hapi: UNASKED_100 },
    async run(stage) {
      answerFirst(stage, `HTTP/1.1 100 Continue\r\n\r\n${respond()}`)
      assert.equal(statusOf(await stage.ask(head('GET'))), 200)
    },
  },
  {
    id: 'P-26',
    title: 'an HTTP/1.0 client gets no interim response',
    async run(stage) {
      answerFirst(stage, `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${respond()}`)
      const client = await stage.connect()
      client.send('GET /public/a HTTP/1.0\r\nHost: gw\r\n\r\n')
      assert.equal(statusOf(await client.response()), 200)
    },
  },
  {
    id: 'P-26',
    title: '10,000 interim responses are 502',
    async run(stage) {
      answerFirst(stage, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(10_000) + respond())
      const client = await stage.connect()
      client.send(head('GET'))
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 502)
    },
  },
  {
    id: 'P-27',
    title: 'response trailers are dropped, with the Trailer field, and never merged into the header',
    async run(stage) {
      answerFirst(
        stage,
        'HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T, Set-Cookie\r\n\r\n2\r\nok\r\n0\r\nX-T: v\r\nSet-Cookie: a=1\r\n\r\n',
      )
      const response = await stage.ask(head('GET', '/public/a', 'TE: trailers'))
      assert.equal(response.body, 'ok')
      assertAbsent(response, 'trailer', 'x-t', 'set-cookie')
      assert.deepEqual(response.trailers, [])
    },
  },
  {
    id: 'P-27',
    title: 'a Trailer field on a response with a length is dropped, not an error',
    async run(stage) {
      stage.recorder.answer = () => respond(200, ['Trailer: X-T'])
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 200)
      assertAbsent(response, 'trailer')
    },
  },
  ...['099', '000', '1000', '20', '99999999999999999999', '-1', '2x0'].map(
    (status): Case => ({
      id: 'P-45',
      title: `status \`${status}\` is 502`,
      async run(stage) {
        answerFirst(stage, `HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`)
        const client = await stage.connect()
        client.send(head('GET'))
        assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 502)
      },
    }),
  ),
  ...['299', '499', '600', '999'].map(
    (status): Case => ({
      id: 'P-45',
      title: `status \`${status}\` passes`,
      async run(stage) {
        answerFirst(stage, `HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`)
        const response = await stage.ask(head('GET'))
        assert.equal(String(statusOf(response)), status)
        assert.equal(response.body, 'ok')
      },
    }),
  ),
  {
    id: 'I-05',
    title: 'a redirect is the client’s to follow, wherever it leads',
    async run(stage) {
      for (const location of ['http://169.254.169.254/latest', `${stage.recorder.url}/other`, '//evil.example', 'ftp://x/y']) {
        stage.recorder.requests.length = 0
        stage.recorder.answer = () => respond(302, [`Location: ${location}`])
        const response = await stage.ask(head('GET', '/public/a', 'Authorization: Basic eDp5'))
        assert.equal(statusOf(response), 302)
        assertValues(response, 'location', location)
        assert.equal(stage.recorder.requests.length, 1)
      }
    },
  },
  {
    id: 'P-42',
    title: 'a response that ends with its connection, as HTTP/1.0 upstreams send, passes whole',
    async run(stage) {
      stage.recorder.answer = (_request, socket) => {
        socket.end('HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"a":1}')
        return undefined
      }
      const client = await stage.connect()
      client.send(head('GET'))
      const response = await client.finalResponse()
      assert.equal(response.body, '{"a":1}')
      assert.equal(valuesOf(response, 'content-length').length + valuesOf(response, 'transfer-encoding').length, 1)
    },
  },
]
