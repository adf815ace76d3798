import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf } from '../message.js'

const JSON_TYPE = 'Content-Type: application/json'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

const tooLarge = (stage: Stage) =>
  stage.subject === 'stock' ? 0 : stage.metric('gatewright_problems_total', { code: 'PAYLOAD_TOO_LARGE' })

/** Answers 413 to what came so far, closes, and counts it. */
async function assertTooLarge(stage: Stage, bytes: string): Promise<void> {
  const before = await tooLarge(stage)
  const began = performance.now()
  const client = await stage.connect()
  client.send(bytes)
  const response = await client.response({ withinMs: 3_000 })
  assert.equal(statusOf(response), 413)
  assert.ok(performance.now() - began < 1_500, 'at once, without waiting for the body')
  await client.untilClosed(5_000)
  if (stage.subject !== 'stock') assert.equal(await tooLarge(stage), before + 1)
}

export const bodyLimitCases: readonly Case[] = [
  {
    id: 'L-07',
    title: 'a declared length over the route’s limit: 413 before a byte of the body, and the upstream hears nothing',
    async run(stage) {
      await assertTooLarge(stage, head('POST', '/small/a', JSON_TYPE, 'Content-Length: 2000000'))
      assert.deepEqual(stage.recorder.streams, [])
    },
  },
  {
    id: 'L-07',
    title: 'the same with Expect: 413 and no 100',
    async run(stage) {
      await assertTooLarge(stage, head('POST', '/small/a', JSON_TYPE, 'Expect: 100-continue', 'Content-Length: 2000000'))
      assert.deepEqual(stage.recorder.streams, [])
    },
  },
  {
    id: 'L-07',
    title: 'a chunked body that grows over the limit: 413, and the upstream’s request is broken off',
    async run(stage) {
      let upstream: Socket | undefined
      stage.recorder.onHead = (_head, socket) => {
        upstream = socket
        return undefined
      }
      const body = chunk(`"${'x'.repeat(900)}`) + chunk('x'.repeat(900))
      await assertTooLarge(stage, head('POST', '/small/a', JSON_TYPE, 'Transfer-Encoding: chunked') + body)
      await stage.recorder.until(() => upstream?.destroyed !== false, 'the upstream connection to close', 5_000)
      assert.equal(stage.recorder.requests.length, 0, 'no whole request arrived')
    },
  },
  {
    id: 'L-07',
    title: 'a body of exactly the limit passes',
    async run(stage) {
      const body = `"${'x'.repeat(1_022)}"`
      assert.equal(statusOf(await stage.ask(head('POST', '/small/a', JSON_TYPE, 'Content-Length: 1024') + body)), 200)
      assert.equal(stage.recorder.requests[0]?.body, body)
    },
  },
  {
    id: 'L-08',
    title: 'a declared 999,999,999 bytes and none of them: no memory is set aside, 408',
    async run(stage) {
      const url = await stage.variant({ server: { bodyRate: { over: '1s' } }, route: { bodyLimit: '1gb' } })
      const before = process.memoryUsage()
      const client = await stage.connect(url)
      client.send(head('POST', '/upload/a', JSON_TYPE, 'Content-Length: 999999999'))
      const response = await client.response()
      const after = process.memoryUsage()
      assert.equal(statusOf(response), 408)
      assert.deepEqual(valuesOf(response, 'connection'), ['close'])
      assert.ok(after.arrayBuffers - before.arrayBuffers < 8 * 1_048_576, 'buffers did not grow')
      await client.untilClosed()
    },
  },
]
