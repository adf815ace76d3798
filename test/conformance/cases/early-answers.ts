import assert from 'node:assert/strict'
import { type Case, head, type Stage } from '../case.js'
import { statusOf } from '../message.js'
import { respond } from '../recorder.js'

const PIECE = 'x'.repeat(65_536)

/** Uploads until the connection is over or everything is sent, as a client does that reads only between two writes. */
async function upload(stage: Stage, target: string, bytes: number): Promise<{ status: number; sent: number }> {
  const client = await stage.connect()
  client.send(head('POST', target, 'Content-Type: application/json', `Content-Length: ${bytes}`))
  let sent = 0
  while (sent < bytes && !client.closed) {
    client.send(PIECE)
    sent += PIECE.length
    if (client.socket.writableNeedDrain)
      await new Promise<void>((resolve) => {
        const over = () => resolve()
        client.socket.once('drain', over).once('close', over).once('end', over)
      })
    else await new Promise((resolve) => setImmediate(resolve))
  }
  return { status: statusOf(await client.response({ withinMs: 5_000 })), sent }
}

const BYTES = 100 * 1_048_576

export const earlyAnswerCases: readonly Case[] = [
  ...[413, 403, 500].map(
    (status): Case => ({
      id: 'P-35',
      title: `the upstream’s ${status} reaches a client that still uploads 100 MB: no reset takes it away`,
      async run(stage) {
        stage.recorder.onHead = (_head, socket) => {
          socket.end(respond(status))
          return undefined
        }
        const url = stage.subject === 'stock' ? stage.url : await stage.variant({ route: { bodyLimit: '200mb' } })
        const outcome = await upload({ ...stage, connect: () => stage.connect(url) }, '/public/a', BYTES)
        assert.equal(outcome.status, status)
        assert.ok(outcome.sent < BYTES, 'the rest of the upload is not read to its end')
      },
    }),
  ),
  {
    id: 'P-35',
    title: 'the gateway’s own 413 reaches a client that uploads 100 MB: no reset takes it away',
    async run(stage) {
      const outcome = await upload(stage, '/small/a', BYTES)
      assert.equal(outcome.status, 413)
      assert.equal(stage.recorder.streams.length, 0)
      assert.ok(outcome.sent < BYTES, 'the rest of the upload is not read to its end')
    },
  },
  {
    id: 'P-35',
    title: 'the gateway’s own 401 reaches a client that uploads 100 MB',
    async run(stage) {
      assert.equal((await upload(stage, '/admin/a', BYTES)).status, 401)
      assert.equal(stage.recorder.streams.length, 0)
    },
  },
  {
    id: 'P-35',
    title: 'after an early answer nothing that the client still sends is taken for a request',
    async run(stage) {
      for (const target of ['/small/a', '/admin/a']) {
        const client = await stage.connect()
        client.send(head('POST', target, 'Content-Type: application/json', 'Content-Length: 100000'))
        await client.response({ withinMs: 5_000 })
        client.send(head('GET', '/public/smuggled') + 'x'.repeat(100_000) + head('GET', '/public/smuggled'))
        await client.untilClosed(10_000)
      }
      assert.equal(stage.recorder.streams.join('').includes('/public/smuggled'), false)
    },
  },
  {
    id: 'P-35',
    title: 'a short rest of a body is read, and the connection goes on',
    notApplicable: { hapi: 'hapi closes the connection', stock: 'hapi closes the connection' },
    async run(stage) {
      stage.recorder.answer = () => respond()
      const client = await stage.connect()
      client.send(`${head('POST', '/admin/a', 'Content-Length: 6')}abc`)
      assert.equal(statusOf(await client.response()), 401)
      client.send(`def${head('GET', '/public/b')}`)
      assert.equal(statusOf(await client.response()), 200)
    },
  },
  {
    id: 'P-35',
    title: 'an upstream’s answer before the end of a short upload does not hold the connection up',
    async run(stage) {
      stage.recorder.onHead = (text) => (text.startsWith('POST') ? respond(200) : undefined)
      const client = await stage.connect()
      client.send(`${head('POST', '/public/a', 'Content-Length: 6')}abc`)
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 200)
      client.send(`def${head('GET', '/public/b')}`)
      // A gateway may also close; a client then asks again.
      await client.response({ withinMs: 5_000 }).catch(() => client.untilClosed(1))
    },
  },
  {
    id: 'P-32',
    title: 'a connection whose upload was cut by an early answer carries no other request',
    async run(stage) {
      stage.recorder.onHead = (text) => (text.startsWith('POST') ? respond(403) : undefined)
      const client = await stage.connect()
      client.send(`${head('POST', '/public/a', 'Content-Length: 100000')}abc`)
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 403)
      assert.equal(statusOf(await stage.ask(head('GET', '/public/b'))), 200)
      assert.equal(stage.recorder.streams.length, 2)
    },
  },
]
