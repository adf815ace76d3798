import assert from 'node:assert/strict'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import {
  assertNothingSmuggled,
  assertOneRequest,
  assertRefused,
  BODY,
  CHUNKED,
  CHUNKS,
  LENGTH,
  patienceOf,
  post,
  SMUGGLED,
} from '../refusal.js'

/** Answers on one connection until it closes. */
async function statusesOf(stage: Stage, bytes: string): Promise<number[]> {
  const client = await stage.connect()
  client.send(bytes)
  await client.untilClosed(patienceOf(stage))
  return [...client.pending.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

const lines = ({ recorder }: Stage) => recorder.requests.map(({ line }) => line)

const LAST = head('GET', '/only-get/next', 'Connection: close')

const closing: readonly Case[] = [
  ...[
    ['after Connection: close', head('GET', '/public/a', 'Connection: close')],
    ['after Connection: close among other options', head('GET', '/public/a', 'Connection: x, Close')],
    ['after an HTTP/1.0 request', 'GET /public/a HTTP/1.0\r\nHost: gw\r\n\r\n'],
    ['after a body and Connection: close', post('Connection: close', LENGTH) + BODY],
  ].map(
    ([when, first]): Case => ({
      id: 'H-21',
      title: `a second request ${when} is not run`,
      async run(stage) {
        assert.equal((await statusesOf(stage, first + SMUGGLED)).length, 1)
        assert.ok(stage.recorder.requests.length <= 1)
        assertNothingSmuggled(stage)
      },
    }),
  ),
  ...[
    ['a refused target', head('GET', '/public/../admin')],
    ['a refused Host', 'GET /public/a HTTP/1.1\r\nHost: u@gw\r\n\r\n'],
    ['a refused expectation', head('GET', '/public/a', 'Expect: x')],
  ].map(
    ([what, second]): Case => ({
      id: 'H-21',
      title: `a request behind ${what} is not run, though an answer is still under way before it`,
      async run(stage) {
        assert.deepEqual(
          (await statusesOf(stage, head('GET') + second + SMUGGLED)).map((status) => (status >= 400 ? 400 : status)),
          [200, 400],
        )
        assert.deepEqual(lines(stage), ['GET /public/a HTTP/1.1'])
        assertNothingSmuggled(stage)
      },
    }),
  ),
]

const behind: readonly Case[] = [
  {
    id: 'H-21',
    title: 'a request that cannot be parsed does not answer for the one before it',
    async run(stage) {
      assert.deepEqual(await statusesOf(stage, `${head('GET')}GARBAGE\r\n\r\n${SMUGGLED}`), [200])
      assertNothingSmuggled(stage)
    },
  },
  {
    id: 'H-21',
    title: 'bytes after Connection: close do not change the answer',
    async run(stage) {
      assert.deepEqual(await statusesOf(stage, head('GET', '/public/a', 'Connection: close') + SMUGGLED), [200])
      assertNothingSmuggled(stage)
    },
  },
  {
    id: 'H-21',
    title: 'the refusal of a CONNECT is not taken for the answer of the request before it',
    async run(stage) {
      const statuses = await statusesOf(stage, `${head('GET')}CONNECT gw:80 HTTP/1.1\r\nHost: gw\r\n\r\n${SMUGGLED}`)
      assert.ok(statuses.length === 0 || statuses[0] === 200, `answered ${statuses}`)
      assertNothingSmuggled(stage)
    },
  },
]

const trailing: readonly Case[] = ['POST', 'PUT', 'GET', 'HEAD', 'OPTIONS', 'DELETE'].flatMap((method) =>
  [
    ['no length', head(method)],
    ['a length of 0', head(method, '/public/a', 'Content-Length: 0')],
  ].map(
    ([what, first]): Case => ({
      id: 'H-22',
      title: `bytes behind a ${method} with ${what} are a request of their own, with its own authentication`,
      async run(stage) {
        if (method === 'HEAD') stage.recorder.answer = () => 'HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n'
        const statuses = await statusesOf(stage, first + head('GET', '/admin/smuggled', 'Connection: close'))
        assert.deepEqual(statuses, [200, 401])
        assert.deepEqual(lines(stage), [`${method} /public/a HTTP/1.1`])
        assert.equal(stage.recorder.requests[0]?.body, '')
        assertNothingSmuggled(stage)
      },
    }),
  ),
)

/** Sends a head, waits for the early answer, and only then the body: a hidden request with padding. */
async function assertPauseHarmless(stage: Stage, first: string, status: number, length: number): Promise<void> {
  const client = await stage.connect()
  client.send(first)
  assert.equal(statusOf(await client.response({ withinMs: patienceOf(stage) })), status)
  client.send(SMUGGLED.padEnd(length, 'x'))
  client.send(LAST)
  await client.untilClosed(patienceOf(stage))
  if (client.pending !== '') assert.match(client.pending, /^HTTP\/1\.1 200 /)
  assert.ok(lines(stage).every((line) => line === 'GET /only-get/next HTTP/1.1'))
  assert.equal(lines(stage).length, client.pending === '' ? 0 : 1)
  assertNothingSmuggled(stage)
}

const pauses: readonly Case[] = [500, 200_000].flatMap((length) =>
  [
    ['401', '/admin/a'],
    ['404', '/nowhere'],
    ['405', '/only-get/a'],
    ['413', '/small/a'],
  ]
    .filter(([status]) => status !== '413' || length > 1_024)
    .map(
      ([status, target]): Case => ({
        id: 'H-23',
        title: `a body of ${length} bytes that comes after an early ${status} is not read as a request`,
        run: (stage) =>
          assertPauseHarmless(
            stage,
            head('POST', target, 'Content-Type: application/json', `Content-Length: ${length}`),
            Number(status),
            length,
          ),
      }),
    ),
)

const chunkedPauses: readonly Case[] = [
  ['401', '/admin/a'],
  ['404', '/nowhere'],
  ['405', '/only-get/a'],
].map(
  ([status, target]): Case => ({
    id: 'H-23',
    title: `a chunked body that comes after an early ${status} is not read as a request`,
    run: (stage) => assertPauseHarmless(stage, head('POST', target, CHUNKED), Number(status), SMUGGLED.length),
  }),
)

const state: readonly Case[] = [
  {
    id: 'H-24',
    title: 'a key on the first request does not count for the second',
    async run(stage) {
      const first = head('GET', '/admin/a', `X-Api-Key: ${stage.apiKey}`)
      assert.deepEqual(await statusesOf(stage, first + head('GET', '/admin/smuggled', 'Connection: close')), [200, 401])
      assertNothingSmuggled(stage)
    },
  },
  {
    id: 'H-24',
    title: 'a valid Host on the first request does not count for the second',
    async run(stage) {
      const second = 'GET /public/smuggled HTTP/1.1\r\nHost: u@other\r\n\r\n'
      assert.deepEqual(await statusesOf(stage, head('GET') + second), [200, 400])
      assertNothingSmuggled(stage)
    },
  },
  {
    id: 'H-24',
    title: 'the second request is routed by its own Host',
    async run(stage) {
      const url = await stage.variant({ route: { match: { host: 'gw' } } })
      const client = await stage.connect(url)
      client.send(`${head('GET')}GET /public/smuggled HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n`)
      assert.equal(statusOf(await client.response()), 200)
      assert.equal(statusOf(await client.response()), 404)
      assertNothingSmuggled(stage)
    },
  },
]

const expectations: readonly Case[] = [
  {
    id: 'H-25',
    title: 'a body sent without waiting for 100 Continue is read once, and the next request where it ends',
    async run(stage) {
      const received = await assertOneRequest(stage, post('Expect: 100-continue', LENGTH) + BODY)
      assert.equal(received.body, BODY)
      assert.deepEqual(valuesOf(received, 'expect'), [])
    },
  },
  {
    id: 'H-25',
    title: 'a chunked body sent without waiting for 100 Continue is read once',
    async run(stage) {
      const received = await assertOneRequest(stage, post('Expect: 100-continue', CHUNKED) + CHUNKS)
      assert.equal(received.body, BODY)
    },
  },
  ...['y 100-continue', '100-continue, x', '100-continuex', 'x'].map(
    (value): Case => ({
      id: 'H-25',
      title: `Expect: ${value} is answered 417, and what follows is not run`,
      run: (stage) => assertRefused(stage, post(`Expect: ${value}`, LENGTH) + BODY + SMUGGLED, [417]),
    }),
  ),
]

export const connectionReuseCases: readonly Case[] = [
  ...closing,
  ...behind,
  ...trailing,
  ...pauses,
  ...chunkedPauses,
  ...state,
  ...expectations,
]
