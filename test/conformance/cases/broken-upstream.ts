import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type Case, head, type Stage, type Subject } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const SECRET = 'upstream-bytes'
const OK = 'HTTP/1.1 200 OK\r\n'
const JSON_TYPE = 'Content-Type: application/json\r\n'
const LENGTH = `Content-Length: ${SECRET.length}\r\n`

/** The upstream of one exchange: its connection, and a check that a later exchange is not harmed. */
async function assertBadGateway(stage: Stage, bytes: string, finish: (socket: Socket) => void = () => undefined): Promise<void> {
  let upstream: Socket | undefined
  stage.recorder.answer = (_request, socket) => {
    upstream = socket
    socket.write(bytes, 'latin1', () => finish(socket))
    return undefined
  }
  const client = await stage.connect()
  client.send(head('GET'))
  const response = await client.response({ withinMs: 5_000 })
  assert.equal(statusOf(response), 502)
  assert.ok(!response.raw.includes(SECRET), 'nothing of the upstream’s bytes is shown')
  await stage.recorder.until(() => upstream?.destroyed === true, 'the upstream connection to close', 5_000)
  stage.recorder.answer = () => respond()
  assert.equal(statusOf(await stage.ask(head('GET', '/public/next'))), 200, 'the next exchange is unharmed')
}

const bad = (id: string, title: string, bytes: string, exception?: Partial<Record<Subject, string>>): Case => ({
  id,
  title: `${title}: 502`,
  ...(exception && { exception }),
  run: (stage) => assertBadGateway(stage, bytes),
})

/** The client must see that the response is cut short: by its status where nothing was sent, else by the missing end. */
const cut = (title: string, bytes: string, finish: (socket: Socket) => void, code: string): Case => ({
  id: 'U-04',
  title: `${title}: the client sees that the response is cut short`,
  async run(stage) {
    const problems = () => (stage.subject === 'stock' ? 0 : stage.metric('gatewright_problems_total', { code }))
    const before = await problems()
    stage.recorder.answer = (_request, socket) => {
      socket.write(bytes, 'latin1', () => setTimeout(finish, 50, socket))
      return undefined
    }
    const client = await stage.connect()
    client.send(head('GET'))
    await client.untilReceived((text) => text.includes('\r\n\r\n'), 'the response to begin', 5_000)
    if (client.pending.startsWith('HTTP/1.1 200')) {
      await client.untilClosed(5_000)
      assert.ok(!client.pending.includes('\r\n0\r\n'), 'no end of the body')
    } else assert.equal(statusOf(await client.response()), 502)
    if (stage.subject !== 'stock') assert.equal(await problems(), before + 1)
  },
})

const lines = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: 1`)

export const brokenUpstreamCases: readonly Case[] = [
  bad('U-01', 'length and chunked together', `${OK}${JSON_TYPE}${LENGTH}Transfer-Encoding: chunked\r\n\r\ne\r\n${SECRET}\r\n0\r\n\r\n`),
  bad('U-01', 'two different lengths', `${OK}${JSON_TYPE}${LENGTH}Content-Length: 5\r\n\r\n${SECRET}`),
  bad('U-01', 'a length that is no number', `${OK}${JSON_TYPE}Content-Length: 1x\r\n\r\n${SECRET}`),
  bad('U-01', 'a folded header line', `${OK}${JSON_TYPE}${LENGTH}X-A: 1\r\n 2\r\n\r\n${SECRET}`),
  bad('U-01', 'a bare LF after a header line', `${OK}${JSON_TYPE}${LENGTH}X-A: 1\nX-B: 2\r\n\r\n${SECRET}`),
  bad('U-01', 'a control character in a header value', `${OK}${JSON_TYPE}${LENGTH}X-A: a\u0001b\r\n\r\n${SECRET}`),
  bad('U-01', 'a space before the colon', `${OK}${JSON_TYPE}${LENGTH}X-A : 1\r\n\r\n${SECRET}`),
  bad('U-01', 'bytes that are no HTTP', `\u0016\u0003\u0001${SECRET}\r\n\r\n`),
  bad('U-01', 'a status line without a status', `HTTP/1.1 OK\r\n${LENGTH}\r\n${SECRET}`),
  bad('U-01', 'a status of two digits', `HTTP/1.1 20 OK\r\n${LENGTH}\r\n${SECRET}`),
  bad('U-02', 'gzip before chunked', `${OK}${JSON_TYPE}Transfer-Encoding: gzip, chunked\r\n\r\ne\r\n${SECRET}\r\n0\r\n\r\n`),
  bad('U-02', 'chunked twice', `${OK}${JSON_TYPE}Transfer-Encoding: chunked, chunked\r\n\r\ne\r\n${SECRET}\r\n0\r\n\r\n`),
  bad(
    'U-02',
    'gzip and chunked on two lines',
    `${OK}${JSON_TYPE}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n${SECRET}\r\n0\r\n\r\n`,
  ),
  {
    id: 'U-02',
    title: 'chunked before gzip: 502',
    run: (stage) => assertBadGateway(stage, `${OK}${JSON_TYPE}Transfer-Encoding: chunked, gzip\r\n\r\n${SECRET}`, (socket) => socket.end()),
  },
  bad('U-03', 'a header line of 17 KB', `${OK}${JSON_TYPE}${LENGTH}X-A: ${'a'.repeat(17_000)}\r\n\r\n${SECRET}`),
  bad('U-03', 'a header line of 1 MB', `${OK}${JSON_TYPE}${LENGTH}X-A: ${'a'.repeat(1_000_000)}\r\n\r\n${SECRET}`),
  bad('U-03', '5,000 short header lines', `${OK}${JSON_TYPE}${LENGTH}${'X:1\r\n'.repeat(5_000)}\r\n${SECRET}`),
  {
    id: 'U-03',
    title: '300 header lines pass',
    async run(stage) {
      stage.recorder.answer = () => respond(200, lines(300))
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 200)
      assert.deepEqual(valuesOf(response, 'x-299'), ['1'])
    },
  },
  cut(
    'a reset in a body of known length',
    `${OK}${JSON_TYPE}Content-Length: 100\r\n\r\n"abc`,
    (socket) => socket.resetAndDestroy(),
    'UPSTREAM_RESET',
  ),
  cut('an end in a body of known length', `${OK}${JSON_TYPE}Content-Length: 100\r\n\r\n"abc`, (socket) => socket.end(), 'UPSTREAM_RESET'),
  cut(
    'a reset in a chunk',
    `${OK}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n64\r\n"abc`,
    (socket) => socket.resetAndDestroy(),
    'UPSTREAM_RESET',
  ),
  cut('an end in a chunk', `${OK}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n64\r\n"abc`, (socket) => socket.end(), 'UPSTREAM_RESET'),
  cut(
    'an end between chunks',
    `${OK}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n4\r\n"abc\r\n`,
    (socket) => socket.end(),
    'UPSTREAM_RESET',
  ),
  cut(
    'a chunk size that is no number',
    `${OK}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n4\r\n"abc\r\n`,
    (socket) => socket.write('ZZ\r\n'),
    'UPSTREAM_INVALID_RESPONSE',
  ),
]
