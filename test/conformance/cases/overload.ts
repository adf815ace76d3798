import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf, type WireMessage } from '../message.js'

/** Holds the event loop for `ms`, again and again, until it is told to stop. */
function holdLoop(ms: number): () => void {
  let held = true
  const hold = () => {
    const end = performance.now() + ms
    while (performance.now() < end);
    if (held) setTimeout(hold, 5)
  }
  hold()
  return () => {
    held = false
  }
}

/** Asks until the answer has this status. */
async function askUntil(stage: Stage, url: string, status: number, withinMs: number): Promise<WireMessage> {
  for (const end = Date.now() + withinMs; ; await wait(100)) {
    const response = await stage.ask(head('GET'), { url })
    if (statusOf(response) === status) return response
    assert.ok(Date.now() < end, `still ${statusOf(response)} after ${withinMs} ms`)
  }
}

export const overloadCases: readonly Case[] = [
  {
    id: 'L-15',
    title: 'a late event loop: 503 with Retry-After for new requests and degraded readiness, over within seconds',
    async run(stage) {
      const url = await stage.variant({ server: { overload: { eventLoopDelay: '150ms' } } })
      assert.equal((await stage.readiness(url)).text, 'ready')
      const release = holdLoop(400)
      stage.defer(release)
      const response = await askUntil(stage, url, 503, 15_000)
      assert.deepEqual(valuesOf(response, 'retry-after'), ['1'])
      assert.match(response.body, /"UNAVAILABLE"/)
      assert.deepEqual(await stage.readiness(url), { status: 503, text: 'degraded' })
      assert.equal(await stage.metric('gatewright_overloaded', {}, url), 1)
      release()
      await askUntil(stage, url, 200, 10_000)
      assert.equal((await stage.readiness(url)).text, 'ready')
      assert.ok((await stage.metric('gatewright_refused_requests_total', { reason: 'overload', status: '503' }, url)) >= 1)
    },
  },
  {
    id: 'L-15',
    title: 'a heap that is nearly full: 503 as well',
    async run(stage) {
      const url = await stage.variant({ server: { overload: { heap: 0.000_1 } } })
      await askUntil(stage, url, 503, 10_000)
    },
  },
  {
    id: 'L-15',
    title: 'one long pause is no overload',
    async run(stage) {
      const url = await stage.variant({ server: { overload: { eventLoopDelay: '150ms' } } })
      holdLoop(1_500)()
      for (let tries = 0; tries < 15; tries++) {
        assert.equal(statusOf(await stage.ask(head('GET'), { url })), 200)
        await wait(50)
      }
    },
  },
]
