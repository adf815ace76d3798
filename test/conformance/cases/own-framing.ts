import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { valuesOf } from '../message.js'
import { assertNothingSmuggled, assertOneRequest, BODY, CHUNKED, CHUNKS, LENGTH, patienceOf, post } from '../refusal.js'

/** JSON whose text looks like the end of a body and another request. */
const INNER = JSON.stringify('0\r\n\r\nGET /public/b HTTP/1.1\r\n\r\n')

/** Well-formed, if odd: read as one body, and sent on in framing of the gateway's own. */
const odd: readonly (readonly [what: string, bytes: string, body?: string])[] = [
  ['Transfer-Encoding without a space', post('Transfer-Encoding:chunked') + CHUNKS],
  ['Transfer-Encoding behind a tab', post('Transfer-Encoding:\tchunked') + CHUNKS],
  ['Transfer-Encoding before a space', post('Transfer-Encoding: chunked ') + CHUNKS],
  ['Transfer-Encoding in upper case', post('TRANSFER-ENCODING: CHUNKED') + CHUNKS],
  ['a chunk size with leading zeros', `${post(CHUNKED)}0000007\r\n${BODY}\r\n0\r\n\r\n`],
  ['a chunk size in upper-case hexadecimal', `${post(CHUNKED)}A\r\n{"a":1234}\r\n0\r\n\r\n`, '{"a":1234}'],
  ['a last chunk of several zeros', `${post(CHUNKED)}7\r\n${BODY}\r\n000\r\n\r\n`],
  ['a body of one-byte chunks', `${post(CHUNKED)}${[...BODY].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`],
  ['a chunk that looks like the end and a request', `${post(CHUNKED)}${INNER.length.toString(16)}\r\n${INNER}\r\n0\r\n\r\n`, INNER],
  ['a body that looks like the end and a request', post(`Content-Length: ${INNER.length}`) + INNER, INNER],
  ['a length beside a misspelled Transfer-Encodings', post('Transfer-Encodings: chunked', LENGTH) + BODY],
  ['a length beside X-Transfer-Encoding', post('X-Transfer-Encoding: chunked', LENGTH) + BODY],
  ['a length nominated by Connection', post('Connection: keep-alive, Content-Length', LENGTH) + BODY],
  ['a transfer coding nominated by Connection', post('Connection: keep-alive, Transfer-Encoding', CHUNKED) + CHUNKS],
  ['TE: chunked', post('TE: chunked, trailers', 'Connection: TE', LENGTH) + BODY],
]

/** Bodies that end before they are whole, because the client closes. */
const short: readonly (readonly [what: string, bytes: string])[] = [
  ['a body shorter than its length', post('Content-Length: 60') + BODY],
  ['a chunked body without its last chunk', `${post(CHUNKED)}7\r\n${BODY}\r\n`],
  ['a chunked body cut inside a chunk', `${post(CHUNKED)}40\r\n${BODY}`],
  ['a chunked body without its last line', `${post(CHUNKED)}7\r\n${BODY}\r\n0\r\n`],
]

export const ownFramingCases: readonly Case[] = [
  ...odd.map(
    ([what, bytes, body = BODY]): Case => ({
      id: 'H-28',
      title: `${what} is sent on in clean framing`,
      async run(stage) {
        const received = await assertOneRequest(stage, bytes)
        const framing = [...valuesOf(received, 'content-length'), ...valuesOf(received, 'transfer-encoding')]
        assert.deepEqual(framing, [received.chunked ? 'chunked' : String(body.length)])
        assert.equal(received.body, body)
      },
    }),
  ),
  ...short.map(
    ([what, bytes]): Case => ({
      id: 'H-28',
      title: `${what} never becomes a whole request`,
      async run(stage) {
        const client = await stage.connect()
        client.send(bytes)
        client.socket.end()
        await client.untilClosed(patienceOf(stage))
        assert.doesNotMatch(client.pending, /^HTTP\/1\.1 2/)
        assert.deepEqual(stage.recorder.requests, [])
        for (const stream of stage.recorder.streams) assert.ok(!stream.includes('\r\n0\r\n\r\n'), 'ended as if whole')
      },
    }),
  ),
  ...[
    ['a field value of bytes over 0x7F', 'X-A: \xff\x80\xe9'],
    ['a field value of UTF-8', 'X-A: \xe4\xbd\xa0'],
  ].map(
    ([what, line]): Case => ({
      id: 'H-28',
      title: `${what} is sent on byte for byte`,
      async run(stage) {
        const received = await assertOneRequest(stage, post(line as string, LENGTH) + BODY)
        assert.ok(received.raw.includes(`${line}\r\n`))
        assertNothingSmuggled(stage)
      },
    }),
  ),
]
