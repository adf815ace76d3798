import assert from 'node:assert/strict'
import { cors, headers } from 'gatewright'
import { type Case, head } from '../case.js'
import { assertAbsent, assertValues, forwarded } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

/** Every byte that a field value may have beyond ASCII (obs-text, RFC 9110 section 5.5). */
const OBS_TEXT = String.fromCharCode(...Array.from({ length: 128 }, (_, index) => 0x80 + index))
const SENT = ['date', 'x-request-id', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']

export const fieldValueCases: readonly Case[] = [
  {
    id: 'P-07',
    title: 'Set-Cookie lines stay apart and in order',
    async run(stage) {
      const cookies = ['b=2; Path=/', 'a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT', 'b=3']
      stage.recorder.answer = () =>
        respond(
          200,
          cookies.map((cookie) => `Set-Cookie: ${cookie}`),
        )
      assertValues(await stage.ask(head('GET')), 'set-cookie', ...cookies)
    },
  },
  {
    id: 'P-07',
    title: 'other repeated response fields keep all their values, in order',
    async run(stage) {
      const lines = ['X-M: 1', 'X-M: 2', 'WWW-Authenticate: Basic realm="a"', 'WWW-Authenticate: Bearer', 'Link: </a>', 'Link: </b>']
      stage.recorder.answer = () => respond(401, lines)
      const response = await stage.ask(head('GET'))
      assert.equal(valuesOf(response, 'x-m').join(', '), '1, 2')
      assert.equal(valuesOf(response, 'www-authenticate').join(', '), 'Basic realm="a", Bearer')
      assert.equal(valuesOf(response, 'link').join(', '), '</a>, </b>')
    },
  },
  {
    id: 'P-07',
    title: 'repeated request fields keep all their values, in order',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'X-M: 1', 'Accept: a/b', 'x-m: 2', 'Accept: c/d'))
      assert.equal(valuesOf(received, 'x-m').join(', '), '1, 2')
      assert.equal(valuesOf(received, 'accept').join(', '), 'a/b, c/d')
    },
  },
  {
    id: 'P-08',
    title: 'no User-Agent, Accept, Accept-Encoding or other field is invented',
    notApplicable: { buffered: 'asks for a body without a content coding, since it will read it' },
    async run(stage) {
      const received = await forwarded(stage, head('GET'))
      const own = ['host', 'connection', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'via', 'x-request-id']
      assert.deepEqual(
        received.headers.map(([name]) => name.toLowerCase()).filter((name) => !own.includes(name)),
        [],
      )
    },
  },
  {
    id: 'P-08',
    title: 'the client’s User-Agent passes',
    async run(stage) {
      assertValues(await forwarded(stage, head('GET', '/public/a', 'User-Agent: x/1 (y; z)')), 'user-agent', 'x/1 (y; z)')
    },
  },
  {
    id: 'P-39',
    title: 'no-transform, a strong ETag and a content coding pass with their bytes',
    notApplicable: { buffered: 'the route rewrites the body on its owner’s order' },
    async run(stage) {
      const body = '\x8b\x02\x80\x00\xff\x03'
      stage.recorder.answer = () =>
        `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-transform, max-age=5\r\nETag: "a"\r\nContent-Encoding: br\r\nContent-Length: 6\r\n\r\n${body}`
      const response = await stage.ask(head('GET', '/public/a', 'Accept-Encoding: gzip, br'))
      assert.equal(response.body, body)
      assertValues(response, 'etag', '"a"')
      assertValues(response, 'content-encoding', 'br')
      assertValues(response, 'cache-control', 'no-transform, max-age=5')
      assertValues(response, 'content-type', 'text/html')
    },
  },
  {
    id: 'P-39',
    title: 'a compressible body is not compressed',
    async run(stage) {
      const body = JSON.stringify({ text: 'a'.repeat(5_000) })
      stage.recorder.answer = () => respond(200, [], body)
      const response = await stage.ask(head('GET', '/public/a', 'Accept-Encoding: gzip'))
      assertAbsent(response, 'content-encoding')
      assert.equal(response.body, body)
    },
  },
  {
    id: 'P-39',
    title: 'a response gets no field that the upstream did not send, but Date, the request id and those of its connection',
    async run(stage) {
      stage.recorder.answer = () => 'HTTP/1.1 203 X\r\nContent-Length: 2\r\n\r\nok'
      const response = await stage.ask(head('GET', '/public/a', 'Accept-Encoding: gzip', 'Range: bytes=0-0'))
      assert.deepEqual(
        response.headers.map(([name]) => name.toLowerCase()).filter((name) => !SENT.includes(name)),
        [],
      )
      assert.equal(response.body, 'ok')
    },
  },
  {
    id: 'P-39',
    title: 'a conditional request that the upstream answers with 200 stays 200',
    async run(stage) {
      stage.recorder.answer = () => respond(203, ['ETag: "a"', 'Last-Modified: Wed, 09 Jun 2021 10:18:14 GMT'])
      const response = await stage.ask(head('GET', '/public/a', 'If-None-Match: "a"', 'If-Modified-Since: Wed, 09 Jun 2027 10:18:14 GMT'))
      assert.equal(statusOf(response), 203)
      assert.equal(response.body, '{"ok":true}')
    },
  },
  {
    id: 'P-40',
    title: 'an empty request field passes as empty',
    async run(stage) {
      assertValues(await forwarded(stage, head('GET', '/public/a', 'X-Empty:')), 'x-empty', '')
    },
  },
  {
    id: 'P-40',
    title: 'bytes beyond ASCII in a request field pass unchanged',
    async run(stage) {
      assertValues(await forwarded(stage, head('GET', '/public/a', `X-Bytes: ${OBS_TEXT}`)), 'x-bytes', OBS_TEXT)
    },
  },
  {
    id: 'P-40',
    title: 'bytes beyond ASCII in a response field pass unchanged, also with the body after them',
    async run(stage) {
      stage.recorder.answer = () => respond(200, [`X-Bytes: ${OBS_TEXT}`, 'X-Empty:'], '{"a":"\xc3\xa9"}')
      const response = await stage.ask(head('GET'))
      assertValues(response, 'x-bytes', OBS_TEXT)
      assertValues(response, 'x-empty', '')
      assert.equal(response.body, '{"a":"\xc3\xa9"}')
    },
  },
  {
    id: 'P-40',
    title: 'bytes beyond ASCII that a policy sets stand in a problem’s fields unchanged',
    async run(stage) {
      const edits = headers({ response: { set: { 'x-bytes': '\xe9\xff' } } })
      stage.recorder.answer = (_request, socket) => void socket.destroy()
      const response = await stage.ask(head('GET'), { url: await stage.variant({ route: { use: { edits } } }) })
      assert.equal(statusOf(response), 502)
      assertValues(response, 'x-bytes', '\xe9\xff')
    },
  },
  {
    id: 'P-41',
    title: 'several Cookie lines reach the upstream as one, joined with a semicolon',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'Cookie: a=1; b=2', 'cookie: c="x y"', 'Cookie: d'))
      assertValues(received, 'cookie', 'a=1; b=2; c="x y"; d')
    },
  },
  {
    id: 'P-41',
    title: 'cookies that are JSON, quoted, nameless or broken pass untouched',
    async run(stage) {
      const value = 'a={"x":[1, 2]}; foo; =v; b="q;r"; c=%zz; d=\xe9;; e==='
      assertValues(await forwarded(stage, head('GET', '/public/a', `Cookie: ${value}`)), 'cookie', value)
    },
  },
  {
    id: 'I-13',
    title: 'where the upstream answers CORS too, the client reads the gateway’s answer alone',
    async run(stage) {
      stage.recorder.answer = () => respond(200, ['Access-Control-Allow-Origin: *', 'Access-Control-Allow-Credentials: true'])
      const url = await stage.variant({ use: { cors: cors({ origins: ['https://good.example'] }) } })
      const response = await stage.ask(head('GET', '/public/a', 'Origin: https://good.example'), { url })
      assertValues(response, 'access-control-allow-origin', 'https://good.example')
      assertAbsent(response, 'access-control-allow-credentials')
    },
  },
  {
    id: 'I-13',
    title: 'an origin that is not allowed gets none of the upstream’s CORS fields',
    async run(stage) {
      stage.recorder.answer = () => respond(200, ['Access-Control-Allow-Origin: https://evil.example'])
      const url = await stage.variant({ use: { cors: cors({ origins: ['https://good.example'] }) } })
      const response = await stage.ask(head('GET', '/public/a', 'Origin: https://evil.example'), { url })
      assertAbsent(response, 'access-control-allow-origin')
    },
  },
]
