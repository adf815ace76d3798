import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type Case, head } from '../case.js'
import { statusOf } from '../message.js'
import { respond } from '../recorder.js'

const BEGUN = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"abc'
const MIB = 1_048_576

export const slowUpstreamCases: readonly Case[] = [
  {
    id: 'U-05',
    title: 'no answer: 504 at the headers timeout, and the upstream connection is closed',
    async run(stage) {
      let upstream: Socket | undefined
      stage.recorder.answer = (_request, socket) => {
        upstream = socket
        return undefined
      }
      const began = performance.now()
      const client = await stage.connect()
      client.send(head('GET', '/hasty/a'))
      assert.equal(statusOf(await client.response({ withinMs: 5_000 })), 504)
      const took = performance.now() - began
      assert.ok(took >= 290 && took < 2_000, `took ${took} ms`)
      await stage.recorder.until(() => upstream?.destroyed === true, 'the upstream connection to close', 5_000)
      assert.equal(stage.recorder.requests.length, 1, 'not sent twice')
    },
  },
  {
    id: 'U-06',
    title: 'silence in the middle of a body: cut at the idle timeout, and the upstream connection is closed',
    async run(stage) {
      let upstream: Socket | undefined
      stage.recorder.answer = (_request, socket) => {
        upstream = socket
        return BEGUN
      }
      const client = await stage.connect()
      client.send(head('GET', '/hasty/a'))
      await client.untilReceived((text) => text.includes('\r\n\r\n'), 'the response to begin', 5_000)
      if (client.pending.startsWith('HTTP/1.1 200')) await client.untilClosed(5_000)
      else assert.equal(statusOf(await client.response()), 504)
      await stage.recorder.until(() => upstream?.destroyed === true, 'the upstream connection to close', 5_000)
    },
  },
  {
    id: 'U-07',
    title: 'a drip that never ends: each byte renews the idle timeout, the total timeout ends it',
    async run(stage) {
      const url = await stage.variant({ route: { timeouts: { idle: '2s', total: '4s' } } })
      let upstream: Socket | undefined
      let drips = 0
      stage.recorder.answer = (_request, socket) => {
        upstream = socket
        const timer = setInterval(() => {
          drips++
          socket.write('x')
        }, 200)
        socket.once('close', () => clearInterval(timer))
        return BEGUN
      }
      const client = await stage.connect(url)
      client.send(head('GET'))
      await stage.recorder.until(() => upstream?.destroyed === true, 'the upstream connection to close', 15_000)
      assert.ok(drips >= 12, `cut after ${drips} drips, when the idle timeout had not passed`)
      await client.untilReceived((text) => /^HTTP\/1\.1 (?:200|504)/.test(text), 'a response', 5_000)
    },
  },
  {
    id: 'U-09',
    title: 'an upstream that does not read: the client is held back and memory stays flat',
    notApplicable: { stock: 'takes bodies of 1 MiB at most' },
    async run(stage) {
      const url = await stage.variant({ route: { bodyLimit: '1gb', timeouts: { idle: '2s' } } })
      let held: Socket | undefined
      stage.recorder.onConnection = (socket) => {
        held = socket.pause()
        return true
      }
      const client = await stage.connect(url)
      const before = process.memoryUsage().arrayBuffers
      client.send(head('POST', '/public/a', `Content-Length: ${300 * MIB}`))
      const chunk = Buffer.alloc(65_536, 'x')
      let sent = 0
      const more = () => {
        while (sent < 300 * MIB) {
          sent += chunk.length
          if (!client.socket.write(chunk)) return void client.socket.once('drain', more)
        }
      }
      more()
      await stage.recorder.until(() => held !== undefined, 'the connection', 5_000)
      await wait(1_000)
      assert.ok(sent < 64 * MIB, `${Math.round(sent / MIB)} of 300 MiB were taken from the client`)
      assert.ok(process.memoryUsage().arrayBuffers - before < 16 * MIB, 'buffers stay small')
      assert.equal(statusOf(await client.response()), 504, 'and the idle timeout ends it')
    },
  },
  {
    id: 'U-05',
    title: 'after a silent upstream the next exchange is unharmed',
    async run(stage) {
      stage.recorder.answer = () => undefined
      assert.equal(statusOf(await stage.ask(head('GET', '/hasty/a'))), 504)
      stage.recorder.answer = () => respond()
      assert.equal(statusOf(await stage.ask(head('GET', '/hasty/b'))), 200)
    },
  },
]
