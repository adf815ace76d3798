import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { definePolicy } from 'gatewright'
import { z } from 'zod'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const SECRET = 'secret-of-the-gateway'
const boom = (): never => {
  throw new Error(SECRET)
}

/** A policy that fails where it is told to. */
const failing = definePolicy({
  name: 'failing',
  phase: 'transform',
  options: z.strictObject({ at: z.enum(['request', 'later', 'response']) }),
  compile: ({ at }) => ({
    ...(at === 'request' && { request: boom }),
    ...(at === 'later' && { request: async () => delay(1).then(boom) }),
    ...(at === 'response' && { response: boom }),
  }),
})

/** Asks a gateway whose route has these options; the answer must be a plain 500 that says nothing, and only one. */
async function assertInternal(stage: Stage, route: Readonly<Record<string, unknown>>, bytes = head('GET')): Promise<void> {
  const response = await stage.ask(bytes, { url: await stage.variant({ route }) })
  assert.equal(statusOf(response), 500)
  assert.match(response.body, /"code":"INTERNAL"/)
  assert.doesNotMatch(response.raw, new RegExp(SECRET))
  assert.equal(valuesOf(response, 'x-request-id').length, 1)
  await delay(20)
  assert.equal(response.client.pending, '', 'one answer')
}

/**
 * An upstream that has sent the header and a part of the body, and would go on. The status has no mapResponse, so that
 * in every mode the response begins. Returns what resolves once that connection is closed.
 */
function answerInPart(stage: Stage): () => Promise<void> {
  const taken: Socket[] = []
  stage.recorder.answer = (_request, socket) => {
    taken.push(socket)
    socket.write('HTTP/1.1 201 OK\r\nContent-Length: 100\r\n\r\n{')
    return undefined
  }
  return () => stage.recorder.until(() => taken.length === 1 && taken.every(({ destroyed }) => destroyed), 'the close upstream', 3_000)
}

/** A hapi plugin with an extension on every response. */
const onResponse = (method: (h: { readonly continue: symbol }) => unknown) => ({
  name: 'on-response',
  register: (server: { ext(event: string, method: unknown): void }) =>
    server.ext('onPreResponse', (_request: unknown, h: { readonly continue: symbol }) => method(h)),
})
const HAPI_ALONE = { streamed: 'hapi extensions see the hapi lane alone', buffered: 'hapi extensions see the hapi lane alone' }

export const failingStepCases: readonly Case[] = [
  {
    id: 'P-44',
    title: 'a request step that throws is 500, and nothing reaches the upstream',
    async run(stage) {
      await assertInternal(stage, { use: { failing: failing({ at: 'request' }) } })
      assert.equal(stage.recorder.streams.length, 0)
    },
  },
  {
    id: 'P-44',
    title: 'a request step that rejects is 500, and nothing reaches the upstream',
    async run(stage) {
      await assertInternal(stage, { use: { failing: failing({ at: 'later' }) } })
      assert.equal(stage.recorder.streams.length, 0)
    },
  },
  {
    id: 'P-44',
    title: 'a response step that throws is 500, and the upstream’s connection is ended',
    async run(stage) {
      const closed = answerInPart(stage)
      await assertInternal(stage, { use: { failing: failing({ at: 'response' }) } })
      await closed()
    },
  },
  {
    id: 'P-44',
    title: 'a response step that throws after a transform is 500, and only one answer',
    run: (stage) =>
      assertInternal(stage, {
        use: { failing: failing({ at: 'response' }) },
        responses: { 200: z.unknown() },
        mapResponse: { 200: (body: unknown) => body },
      }),
  },
  {
    id: 'P-44',
    title: 'a response step that throws on a problem leaves the problem',
    async run(stage) {
      stage.recorder.answer = (_request, socket) => void socket.destroy()
      const url = await stage.variant({ route: { use: { failing: failing({ at: 'response' }) } } })
      const response = await stage.ask(head('GET'), { url })
      assert.equal(statusOf(response), 502)
      assert.doesNotMatch(response.raw, new RegExp(SECRET))
    },
  },
  {
    id: 'P-44',
    title: 'mapResponse that throws is 500, once',
    run: (stage) => assertInternal(stage, { responses: { 200: z.unknown() }, mapResponse: { 200: boom } }),
  },
  {
    id: 'P-44',
    title: 'mapRequest that throws is 500, and nothing reaches the upstream',
    async run(stage) {
      const bytes = `${head('POST', '/public/a', 'Content-Type: application/json', 'Content-Length: 2')}{}`
      await assertInternal(stage, { body: z.unknown(), mapRequest: boom }, bytes)
      assert.equal(stage.recorder.streams.length, 0)
    },
  },
  {
    id: 'P-44',
    title: 'after failed steps the gateway goes on',
    async run(stage) {
      const url = await stage.variant({ route: { use: { failing: failing({ at: 'response' }) } } })
      for (let ask = 0; ask < 20; ask++) assert.equal(statusOf(await stage.ask(head('GET'), { url })), 500)
      assert.equal(statusOf(await stage.ask(head('GET'))), 200)
    },
  },
  {
    id: 'P-44',
    title: 'a hapi extension that throws is 500, and the upstream’s connection is ended',
    notApplicable: HAPI_ALONE,
    async run(stage) {
      const closed = answerInPart(stage)
      const url = await stage.variant({ run: { plugins: [onResponse(boom)] } })
      const response = await stage.ask(head('GET'), { url })
      assert.equal(statusOf(response), 500)
      assert.doesNotMatch(response.raw, new RegExp(SECRET))
      await closed()
    },
  },
  {
    id: 'P-44',
    title: 'an upstream that breaks off while a hapi extension still looks at the response ends the client’s wait',
    notApplicable: HAPI_ALONE,
    async run(stage) {
      const url = await stage.variant({ run: { plugins: [onResponse((h) => delay(200).then(() => h.continue))] } })
      stage.recorder.answer = (_request, socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{')
      const client = await stage.connect(url)
      client.send(head('GET'))
      await client.untilClosed(5_000)
      stage.recorder.answer = () => respond()
      assert.equal(statusOf(await stage.ask(head('GET'), { url })), 200)
    },
  },
]
