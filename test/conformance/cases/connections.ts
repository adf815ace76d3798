import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import type { WireClient } from '../wire-client.js'

const CLOSED = 'gatewright_closed_connections_total'

async function use(client: WireClient): Promise<void> {
  client.send(head('GET'))
  assert.equal(statusOf(await client.response()), 200)
}

async function connectMany(stage: Stage, url: string, count: number): Promise<WireClient[]> {
  const clients: WireClient[] = []
  for (let index = 0; index < count; index++) clients.push(await stage.connect(url))
  return clients
}

/** True once a metric is at `value`; counts are read from another connection, so they may trail. */
async function reaches(stage: Stage, url: string, reason: string, value: number): Promise<boolean> {
  for (const end = Date.now() + 5_000; Date.now() < end; await wait(50))
    if ((await stage.metric(CLOSED, { reason }, url)) === value) return true
  return false
}

export const connectionCases: readonly Case[] = [
  {
    id: 'L-09',
    title: '1,000 idle connections: a new request is answered at once',
    async run(stage) {
      const url = await stage.variant({ server: { limits: { connectionsPerIp: 2_000 } } })
      const clients = await connectMany(stage, url, 1_000)
      await Promise.all(clients.map(use))
      const client = await stage.connect(url)
      const began = performance.now()
      await use(client)
      assert.ok(performance.now() - began < 1_500)
      assert.ok(clients.every(({ closed }) => !closed))
    },
  },
  {
    id: 'L-09',
    title: 'at the limit of connections the oldest idle one makes room',
    async run(stage) {
      const url = await stage.variant({ server: { limits: { connections: 3 } } })
      const clients = await connectMany(stage, url, 3)
      for (const client of clients) await use(client)
      await use(await stage.connect(url))
      await clients[0]?.untilClosed()
      assert.deepEqual(
        clients.map(({ closed }) => closed),
        [true, false, false],
      )
      assert.ok(await reaches(stage, url, 'shed', 1))
    },
  },
  {
    id: 'L-09',
    title: 'at the limit, and all of them busy, a new one is reset',
    async run(stage) {
      const url = await stage.variant({ server: { limits: { connections: 2 } } })
      stage.recorder.answer = () => undefined
      const clients = await connectMany(stage, url, 2)
      for (const client of clients) client.send(head('GET'))
      await stage.recorder.until(() => stage.recorder.requests.length === 2, 'both requests')
      const late = await stage.connect(url)
      late.send(head('GET'))
      await late.untilClosed()
      assert.equal(late.pending, '')
      assert.ok(await reaches(stage, url, 'connections', 1))
      assert.ok(clients.every(({ closed }) => !closed))
    },
  },
  {
    id: 'L-10',
    title: 'connections of one address beyond its limit are reset, and taken again once others close',
    async run(stage) {
      const url = await stage.variant({ server: { limits: { connectionsPerIp: 3 } } })
      const clients = await connectMany(stage, url, 3)
      for (const client of clients) await use(client)
      const fourth = await stage.connect(url)
      fourth.send(head('GET'))
      await fourth.untilClosed()
      assert.equal(fourth.pending, '')
      assert.ok(await reaches(stage, url, 'connections-per-ip', 1))
      assert.equal(stage.recorder.requests.length, 3)
      clients[0]?.close()
      // The close is a packet on its way; until it is there the address is still at its limit.
      for (let tries = 0; ; tries++) {
        const next = await stage.connect(url)
        next.send(head('GET'))
        const answered = await next.response().then(
          (response) => statusOf(response) === 200,
          () => false,
        )
        if (answered) break
        assert.ok(tries < 50, 'the place of the closed connection is free again')
        await wait(50)
      }
    },
  },
  {
    id: 'L-10',
    title: 'the limit of one address is 256 unless set',
    async run(stage) {
      const url = await stage.variant({})
      const clients = await connectMany(stage, url, 300)
      assert.ok(await reaches(stage, url, 'connections-per-ip', 44))
      await Promise.all(clients.slice(256).map((client) => client.untilClosed()))
      assert.ok(clients.slice(0, 256).every(({ closed }) => !closed))
    },
  },
  {
    id: 'L-10',
    title: 'trusted proxies may open as many as they need',
    async run(stage) {
      const url = await stage.variant({ server: { trustedProxies: ['127.0.0.1'], limits: { connectionsPerIp: 2 } } })
      for (const client of await connectMany(stage, url, 5)) await use(client)
      assert.equal(await stage.metric(CLOSED, {}, url), 0)
    },
  },
  {
    id: 'L-11',
    title: 'the last request that a connection may carry is answered with Connection: close',
    async run(stage) {
      const url = await stage.variant({ server: { limits: { requestsPerConnection: 3 } } })
      const client = await stage.connect(url)
      for (const last of [false, false, true]) {
        client.send(head('GET'))
        const response = await client.response()
        assert.equal(statusOf(response), 200)
        assert.equal(valuesOf(response, 'connection').includes('close'), last)
      }
      await client.untilClosed()
      assert.equal(stage.recorder.requests.length, 3)
    },
  },
]
