import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Stage } from './case.js'
import { statusOf, valuesOf, type WireMessage } from './message.js'

/** The one request that the upstream has received. */
export function receivedBy(stage: Stage): WireMessage {
  assert.equal(stage.recorder.requests.length, 1, 'requests that reached the upstream')
  return stage.recorder.requests[0] as WireMessage
}

/** Sends a request that must pass with 200, and returns what the upstream received. */
export async function forwarded(stage: Stage, bytes: string, url?: string): Promise<WireMessage> {
  const response = await stage.ask(bytes, url === undefined ? {} : { url })
  assert.equal(statusOf(response), 200)
  return receivedBy(stage)
}

/** Sends a request that must be answered with this status and never reach the upstream. */
export async function refused(stage: Stage, bytes: string, ...statuses: readonly number[]): ReturnType<Stage['ask']> {
  const response = await stage.ask(bytes)
  assert.ok(statuses.includes(statusOf(response)), `${response.line} in place of ${statuses.join(' or ')}`)
  assert.deepEqual(
    stage.recorder.requests.map(({ line }) => line),
    [],
    'nothing may reach the upstream',
  )
  return response
}

/** None of these fields is in a message. */
export function assertAbsent(message: WireMessage, ...names: string[]): void {
  for (const name of names) assert.deepEqual(valuesOf(message, name), [], `${name} must not pass`)
}

/** The field has exactly these values, in this order. */
export function assertValues(message: WireMessage, name: string, ...values: string[]): void {
  assert.deepEqual(valuesOf(message, name), values, name)
}

/** Holds soon: looked at every few milliseconds, for what no event tells. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not come to pass within ${withinMs} ms`)
    await delay(10)
  }
}

/** Two requests one after the other on one connection; returns both responses. */
export async function askTwice(stage: Stage, first: string, second: string): Promise<readonly [WireMessage, WireMessage]> {
  const client = await stage.connect()
  client.send(first)
  const one = await client.finalResponse()
  client.send(second)
  return [one, await client.finalResponse()]
}
