import assert from 'node:assert/strict'
import { type Case, head, type Stage, type Subject } from './case.js'
import { statusOf, valuesOf } from './message.js'

/** A JSON body and its length, for requests whose framing is tried. */
export const BODY = '{"a":1}'
export const LENGTH = `Content-Length: ${BODY.length}`
export const CHUNKED = 'Transfer-Encoding: chunked'
/** {@link BODY} as a chunked body. */
export const CHUNKS = `7\r\n${BODY}\r\n0\r\n\r\n`
/** A second request, hidden where only a wrong reading of the first one finds it. */
export const SMUGGLED = 'GET /public/smuggled HTTP/1.1\r\nHost: gw\r\n\r\n'

/** The head of a POST to the route that collects its body where the mode is `buffered`. */
export const post = (...lines: string[]): string => head('POST', '/upload/a', 'Content-Type: application/json', ...lines)

/** Longest wait for an answer or for a closed connection; short where failing is expected, so that the table does not take for ever. */
export const patienceOf = ({ subject }: Stage): number => (subject === 'stock' ? 1_000 : 10_000)

/** Bytes that must be refused. */
export interface Payload {
  readonly id: string
  readonly title: string
  readonly bytes: string
  /** Statuses that are right. Default: 400. */
  readonly statuses?: readonly number[]
  readonly exception?: Partial<Record<Subject, string>>
}

/** Fails if the hidden request reached the upstream in any form. */
export function assertNothingSmuggled({ recorder }: Stage): void {
  for (const stream of recorder.streams) assert.ok(!/[A-Z]+ \/\S*smuggled/.test(stream), 'a hidden request reached the upstream')
}

/** Sends bytes that must be refused: one answer, a closed connection, no whole request at the upstream. */
export async function assertRefused(stage: Stage, bytes: string, statuses: readonly number[] = [400]): Promise<void> {
  const withinMs = patienceOf(stage)
  const client = await stage.connect()
  client.send(bytes)
  const response = await client.response({ withinMs })
  assert.ok(statuses.includes(statusOf(response)), `answered ${response.line}`)
  await client.untilClosed(withinMs)
  assert.equal(client.pending, '', 'a second response came')
  assert.deepEqual(
    stage.recorder.requests.map(({ raw }) => raw),
    [],
    'a whole request reached the upstream',
  )
  assertNothingSmuggled(stage)
}

/**
 * Sends bytes that are exactly one request; the next one on the same connection must be read where they end.
 * @returns what the upstream received of the first
 */
export async function assertOneRequest(stage: Stage, bytes: string): Promise<Stage['recorder']['requests'][number]> {
  const withinMs = patienceOf(stage)
  const client = await stage.connect()
  client.send(bytes)
  const first = await client.finalResponse({ withinMs })
  assert.equal(statusOf(first), 200)
  client.send(head('GET', '/only-get/next', 'Connection: close'))
  assert.equal(statusOf(await client.response({ withinMs })), 200)
  await client.untilClosed(withinMs)
  assert.equal(client.pending, '')
  assertNothingSmuggled(stage)
  const [received, next, ...more] = stage.recorder.requests
  assert.equal(next?.line, 'GET /only-get/next HTTP/1.1')
  assert.deepEqual(more, [])
  assert.ok(received)
  for (const value of valuesOf(received, 'transfer-encoding')) assert.equal(value, 'chunked')
  return received
}

/** Cases from payloads that must be refused. */
export const refusals = (payloads: readonly Payload[]): Case[] =>
  payloads.map(({ bytes, statuses, ...about }) => ({ ...about, run: (stage) => assertRefused(stage, bytes, statuses) }))
