import assert from 'node:assert/strict'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf, type WireMessage } from '../message.js'
import { respond } from '../recorder.js'

/** Sends a request that must pass, and returns what the upstream received. */
async function forwarded(stage: Stage, bytes: string): Promise<WireMessage> {
  const response = await stage.ask(bytes)
  assert.equal(statusOf(response), 200)
  assert.equal(stage.recorder.requests.length, 1)
  return stage.recorder.requests[0] as WireMessage
}

function assertAbsent(message: WireMessage, ...names: string[]): void {
  for (const name of names) assert.deepEqual(valuesOf(message, name), [], `${name} must not pass`)
}

export const hopByHopCases: readonly Case[] = [
  {
    id: 'P-02',
    title: 'hop-by-hop request fields stay behind',
    async run(stage) {
      const lines = [
        'Connection: close, TE',
        'TE: foo, bar;q=1, trailers',
        'Keep-Alive: 5',
        'Proxy-Connection: x',
        'Proxy-Authorization: x',
      ]
      const received = await forwarded(stage, head('GET', '/public/a', ...lines))
      assertAbsent(received, 'te', 'keep-alive', 'proxy-connection', 'proxy-authorization')
      for (const value of valuesOf(received, 'connection')) assert.match(value, /^(?:keep-alive|close)$/i)
    },
  },
  {
    id: 'P-03',
    title: 'fields that Connection nominates stay behind, in any case and over several lines',
    async run(stage) {
      const lines = ['Connection: Upgrade, X-A', 'Connection: x-b', 'X-A: 1', 'X-B: 2', 'X-C: 3']
      const received = await forwarded(stage, head('GET', '/public/a', ...lines))
      assertAbsent(received, 'x-a', 'x-b', 'upgrade')
      assert.deepEqual(valuesOf(received, 'x-c'), ['3'])
    },
  },
  {
    id: 'P-06',
    title: 'hop-by-hop response fields and those nominated stay behind',
    async run(stage) {
      stage.recorder.answer = () =>
        respond(200, [
          'Connection: X-Hop',
          'X-Hop: 1',
          'Keep-Alive: timeout=5',
          'Upgrade: h2c',
          'Proxy-Connection: x',
          'Proxy-Authenticate: x',
        ])
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 200)
      assertAbsent(response, 'x-hop', 'upgrade', 'proxy-connection', 'proxy-authenticate')
    },
  },
]
