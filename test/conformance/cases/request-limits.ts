import assert from 'node:assert/strict'
import { type Case, head, type Stage } from '../case.js'
import { statusOf, valuesOf } from '../message.js'

const REFUSED = 'gatewright_refused_requests_total'
const LONG_COOKIE = Array.from({ length: 1_500 }, (_, index) => `c${index}=1`).join('; ')
const ACCEPT_ENCODING = `Accept-Encoding: ${Array.from({ length: 1_000 }, () => 'gzip;q=1').join(',')}`
const MANY_RANGES = `bytes=${Array.from({ length: 1_000 }, () => '0-').join(',')}`

/** Refuses with one status, closes, tells the upstream nothing, and counts it under its reason. */
async function assertRefused(stage: Stage, bytes: string, status: number, reason: string): Promise<void> {
  const labels = { reason, status: String(status) }
  const before = stage.subject === 'stock' ? 0 : await stage.metric(REFUSED, labels)
  const response = await stage.ask(bytes)
  assert.equal(statusOf(response), status)
  await response.client.untilClosed(5_000)
  assert.equal(response.client.pending, '', 'one answer only')
  assert.deepEqual(stage.recorder.streams, [], 'the upstream hears nothing')
  if (stage.subject !== 'stock') assert.equal(await stage.metric(REFUSED, labels), before + 1)
}

const refused = (id: string, title: string, bytes: string, status: number, reason: string): Case => ({
  id,
  title,
  run: (stage) => assertRefused(stage, bytes, status, reason),
})

/** The lines arrive upstream as they were sent. */
const passed = (id: string, title: string, lines: readonly string[], names: readonly string[]): Case => ({
  id,
  title,
  async run(stage) {
    assert.equal(statusOf(await stage.ask(head('GET', '/public/a', ...lines))), 200)
    const [received] = stage.recorder.requests
    assert.ok(received)
    for (const name of names) {
      const sent = lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 2))
      assert.ok(valuesOf(received, name).join('\n') === sent.join('\n'), `${name} is not what was sent`)
    }
  },
})

const target = (length: number) => `/public/${'a'.repeat(length - '/public/'.length)}`
const query = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&')

export const requestLimitCases: readonly Case[] = [
  passed(
    'L-05',
    '90 header lines of 15 KiB pass',
    [...Array.from({ length: 90 }, (_, index) => `X-${index}: ${'v'.repeat(155)}`)],
    ['x-0', 'x-89'],
  ),
  refused(
    'L-05',
    '17 KiB of header lines: 431',
    head('GET', '/public/a', ...Array.from({ length: 17 }, (_, index) => `X-${index}: ${'v'.repeat(1_018)}`)),
    431,
    'header-size',
  ),
  refused('L-05', 'one header line of 100 KB: 431', head('GET', '/public/a', `X-A: ${'v'.repeat(100_000)}`), 431, 'header-size'),
  refused('L-05', '101 header lines: 431', head('GET', '/public/a', ...Array.from({ length: 100 }, () => 'X-A: 1')), 431, 'header-count'),
  refused(
    'L-05',
    '10,000 header lines: 431',
    head('GET', '/public/a', ...Array.from({ length: 10_000 }, () => 'X-A: 1')),
    431,
    'header-size',
  ),
  {
    id: 'L-06',
    title: 'a target of 8,000 bytes passes',
    async run(stage) {
      assert.equal(statusOf(await stage.ask(head('GET', target(8_000)))), 200)
      assert.equal(stage.recorder.requests[0]?.line, `GET ${target(8_000)} HTTP/1.1`)
    },
  },
  refused('L-06', 'a target of 20 KB: 414', head('GET', target(20_000)), 414, 'target-size'),
  refused('L-06', 'a target of 100 KB: 414', head('GET', target(100_000)), 414, 'target-size'),
  {
    id: 'I-20',
    title: '1,000 query parameters pass',
    async run(stage) {
      assert.equal(statusOf(await stage.ask(head('GET', `/public/a?${query(1_000)}`))), 200)
      assert.equal(stage.recorder.requests[0]?.line, `GET /public/a?${query(1_000)} HTTP/1.1`)
    },
  },
  refused('I-20', '1,001 query parameters: 400', head('GET', `/public/a?${query(1_001)}`), 400, 'query-parameters'),
  passed('L-14', '1,000 overlapping ranges pass as sent', [`Range: ${MANY_RANGES}`], ['range']),
  {
    ...passed('L-14', 'an Accept-Encoding of 8 KB passes as sent', [ACCEPT_ENCODING], ['accept-encoding']),
    notApplicable: { buffered: 'asks for the body as it is, since it reads it' },
  },
  passed('L-14', 'a cookie of 1,500 pairs passes as sent', [`Cookie: ${LONG_COOKIE}`], ['cookie']),
  {
    id: 'L-14',
    title: 'a cookie of 7,000 pairs and an Accept of 50 KB pass as sent where the limit is raised',
    async run(stage) {
      const url = await stage.variant({ server: { limits: { headers: '128kb' } } })
      const cookie = Array.from({ length: 7_000 }, () => 'a=1').join('; ')
      const accept = Array.from({ length: 5_000 }, () => 'text/html').join(',')
      const began = performance.now()
      assert.equal(statusOf(await stage.ask(head('GET', '/public/a', `Cookie: ${cookie}`, `Accept: ${accept}`), { url })), 200)
      assert.ok(performance.now() - began < 2_000)
      const [received] = stage.recorder.requests
      assert.ok(received)
      assert.ok(valuesOf(received, 'cookie')[0] === cookie && valuesOf(received, 'accept')[0] === accept)
    },
  },
]
