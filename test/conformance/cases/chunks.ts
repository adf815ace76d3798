import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type Case, head, type Stage } from '../case.js'
import { statusOf } from '../message.js'
import { assertOneRequest, assertRefused, BODY, CHUNKED, CHUNKS, patienceOf, post, SMUGGLED } from '../refusal.js'

/** The end of a chunked body: an upstream that sees it takes what came before for all of it. */
const LAST_CHUNK = '\r\n0\r\n\r\n'

/** A chunk head that must be refused, with what follows it. */
type Row = readonly [what: string, chunks: string]

const malformed: readonly Row[] = [
  ['a size with 0x', `0x7\r\n${BODY}${LAST_CHUNK}`],
  ['a size with a plus sign', `+7\r\n${BODY}${LAST_CHUNK}`],
  ['a size of minus zero', `-0\r\n\r\n${SMUGGLED}`],
  ['a negative size', `-7\r\n${BODY}${LAST_CHUNK}`],
  ['a size with a digit separator', `0_7\r\n${BODY}${LAST_CHUNK}`],
  ['a space before the size', ` 7\r\n${BODY}${LAST_CHUNK}`],
  ['a tab before the size', `\t7\r\n${BODY}${LAST_CHUNK}`],
  ['a space after the size', `7 \r\n${BODY}${LAST_CHUNK}`],
  ['a tab after the size', `7\t\r\n${BODY}${LAST_CHUNK}`],
  ['a size of 17 F', `${'F'.repeat(17)}\r\n${BODY}${LAST_CHUNK}`],
  ['a size of 2^64 and 7', `10000000000000007\r\n${BODY}${LAST_CHUNK}`],
  ['a size that is no number', `Z\r\n${BODY}${LAST_CHUNK}`],
  ['an empty size', `\r\n${BODY}${LAST_CHUNK}`],
  ['a size in quotes', `"7"\r\n${BODY}${LAST_CHUNK}`],
  ['a size with a comma', `7,7\r\n${BODY}${LAST_CHUNK}`],
  ['a size with a NUL', `7\0\r\n${BODY}${LAST_CHUNK}`],
  ['a bare CR in the size line', `7\r\r;\r\n${BODY}${LAST_CHUNK}`],
  ['a size line that ends with LF alone', `7\n${BODY}${LAST_CHUNK}`],
  ['a size line that ends with CR alone', `7\r${BODY}${LAST_CHUNK}`],
  ['no CRLF after the data', `7\r\n${BODY}0\r\n\r\n`],
  ['LF alone after the data', `7\r\n${BODY}\n0\r\n\r\n`],
  ['two other bytes for the CRLF after the data', `7\r\n${BODY}XX0\r\n\r\n`],
  ['more data than the size says', `3\r\n${BODY}${LAST_CHUNK}`],
  ['a last chunk of 0x0', `7\r\n${BODY}\r\n0x0\r\n\r\n`],
  ['a last chunk that ends with LF alone', `7\r\n${BODY}\r\n0\n\n${SMUGGLED}`],
  ['a trailer without a colon', `7\r\n${BODY}\r\n0\r\nX-A\r\n\r\n`],
  ['a folded trailer', `7\r\n${BODY}\r\n0\r\nX-A: 1\r\n 2\r\n\r\n`],
  ['a trailer with a NUL', `7\r\n${BODY}\r\n0\r\nX-A: \x001\r\n\r\n`],
  ['an extension with a line feed', `7;a\nb\r\n${BODY}${LAST_CHUNK}`],
  ['an extension with a bare CR', `7;a\rb\r\n${BODY}${LAST_CHUNK}`],
  ['an extension that hides a chunk behind LF', `7;\n${BODY}${LAST_CHUNK}${SMUGGLED}`],
  ['an extension without a name', `7;\r\n${BODY}${LAST_CHUNK}`],
  ['an extension with a delimiter in its name', `7;b@d\r\n${BODY}${LAST_CHUNK}`],
  ['an extension in open quotes', `7;a="b\r\n${BODY}${LAST_CHUNK}`],
]

const refused = ([what, chunks]: Row): Case => ({
  id: what.includes('extension') ? 'H-13' : 'H-11',
  title: `${what} is refused`,
  run: (stage) => assertRefused(stage, post(CHUNKED) + chunks),
})

const PER_CHUNK =
  'Node bounds extensions for each chunk (16 KiB) and shows none of them. Nothing of them is kept or sent on, and each byte costs its sender as much as the gateway.'

/** Breaks uploads that the upstream is receiving already, and waits for it to see each of them broken off. */
async function assertUploadsBreak(stage: Stage, count: number, rest: string): Promise<void> {
  const { recorder } = stage
  const open = new Set<Socket>()
  recorder.onConnection = (socket) => {
    socket.once('data', () => open.add(socket))
    socket.once('close', () => open.delete(socket))
    return false
  }
  const clients = await Promise.all(Array.from({ length: count }, () => stage.connect()))
  for (const client of clients) client.send(`${head('POST', '/public/a', CHUNKED)}5\r\nhello\r\n`)
  const received = () => recorder.streams.filter((stream) => stream.includes('hello')).length
  await recorder.until(() => received() === count, `${count} uploads at the upstream`)
  for (const client of clients) client.send(rest)
  await Promise.all(clients.map((client) => client.untilClosed(patienceOf(stage))))
  await recorder.until(() => open.size === 0, 'the upstream connections to close', 3_000)
  assert.deepEqual(recorder.requests, [])
  for (const stream of recorder.streams) assert.ok(!stream.includes(LAST_CHUNK), 'the broken body was ended as if whole')
  for (const client of clients) assert.doesNotMatch(client.pending, /^HTTP\/1.1 2/)
}

const broken: readonly Case[] = [
  {
    id: 'H-12',
    title: 'a bad chunk after good ones breaks the upstream request off, 50 times of 50',
    run: (stage) => assertUploadsBreak(stage, 50, 'ZZ\r\n'),
  },
  {
    id: 'H-12',
    title: 'a missing CRLF after a later chunk breaks the upstream request off',
    run: (stage) => assertUploadsBreak(stage, 5, `5\r\nworld0\r\n\r\n${SMUGGLED}`),
  },
]

const large: readonly Case[] = [
  ...[8, 64].map(
    (kib): Case => ({
      id: 'H-13',
      title: kib === 8 ? 'a chunk extension of 8 KiB is dropped, and its chunk read' : `a chunk extension of ${kib} KiB is refused`,
      async run(stage) {
        const bytes = `${post(CHUNKED)}7;a=${'b'.repeat(kib * 1_024)}\r\n${BODY}${LAST_CHUNK}`
        if (kib > 16) return assertRefused(stage, bytes, [400, 413])
        assert.equal((await assertOneRequest(stage, bytes)).raw.includes('bbb'), false)
      },
    }),
  ),
  {
    id: 'H-13',
    title: 'chunk extensions of 20 KiB over many chunks are refused',
    exception: { streamed: PER_CHUNK, buffered: PER_CHUNK, hapi: PER_CHUNK },
    run: (stage) => assertRefused(stage, `${post(CHUNKED)}${`1;${'b'.repeat(1_022)}\r\n \r\n`.repeat(20)}${CHUNKS}`, [400, 413]),
  },
  {
    id: 'H-13',
    title: 'a well-formed chunk extension stays behind',
    async run(stage) {
      const received = await assertOneRequest(stage, `${post(CHUNKED)}7;name="value";other\r\n${BODY}${LAST_CHUNK}`)
      assert.doesNotMatch(received.raw, /name|other/)
      assert.equal(received.body, BODY)
    },
  },
  {
    id: 'H-13',
    title: 'a body of a million chunks of one byte is cut off at the limit of the body',
    async run(stage) {
      const client = await stage.connect()
      client.socket.on('error', () => undefined)
      client.send(head('POST', '/small/a', 'Content-Type: application/json', CHUNKED) + '1\r\n1\r\n'.repeat(1_000_000))
      assert.equal(statusOf(await client.response({ withinMs: 3 * patienceOf(stage) })), 413)
      await client.untilClosed(3 * patienceOf(stage))
      assert.deepEqual(stage.recorder.requests, [])
    },
  },
  {
    id: 'H-13',
    title: 'a body of 20,000 chunks of one byte arrives whole',
    async run(stage) {
      const received = await assertOneRequest(stage, `${post(CHUNKED)}1\r\n"\r\n${'1\r\na\r\n'.repeat(20_000)}1\r\n"\r\n0\r\n\r\n`)
      assert.ok(received.body === `"${'a'.repeat(20_000)}"`)
    },
  },
]

export const chunkCases: readonly Case[] = [...malformed.map(refused), ...broken, ...large]
