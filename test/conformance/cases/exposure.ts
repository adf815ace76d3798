import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { ip, rateLimit, upstream } from 'gatewright'
import { pino } from 'pino'
import { type Case, head, type Stage } from '../case.js'
import { eventually } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'

/** A gateway that writes its log to an array, one entry a line. */
async function logging(stage: Stage): Promise<{ url: string; lines: string[] }> {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(
        ...String(chunk)
          .split('\n')
          .filter((line) => line.includes('"msg":"request"')),
      )
      done()
    },
  })
  const url = await stage.variant({
    log: { access: true, query: true, headers: ['user-agent', 'authorization', 'cookie', 'x-api-key'] },
    run: { log: pino({ level: 'debug' }, sink) },
  })
  return { url, lines }
}

/** Asks a logging gateway; the one line that it writes of it. */
async function lineOf(stage: Stage, bytes: string): Promise<{ readonly text: string; readonly entry: Record<string, unknown> }> {
  const { url, lines } = await logging(stage)
  await stage.ask(bytes, { url })
  await eventually(() => lines.length > 0, 'a line of the log')
  assert.equal(lines.length, 1)
  const [text = ''] = lines
  return { text, entry: JSON.parse(text) as Record<string, unknown> }
}

const HOSTILE: readonly (readonly [what: string, bytes: string])[] = [
  ['escape sequences in a field', head('GET', '/public/a', 'User-Agent: \x85\x9b31m{"level":60}')],
  ['encoded line breaks in the path', head('GET', '/public/a%0d%0a%7B%22level%22:60%7D')],
  ['encoded line breaks in the query', head('GET', '/public/a?x=%0d%0a{"level":60}')],
  ['invalid UTF-8 in a field', head('GET', '/public/a', 'User-Agent: \xc3\x28\xff\xfe')],
]

/** What no answer may tell: where the upstream is, and what the gateway is made of. */
const INTERNAL = /127\.0\.0\.1|localhost|ECONN|at .+:\d+|node_modules|undici|hapi|openssl|\.ts\b|stack/i

/** How each status is brought about. */
const ERRORS: readonly (readonly [status: number, bytes: string, prepare?: (stage: Stage) => Promise<string> | undefined])[] = [
  [400, 'GET /public/../a HTTP/1.1\r\nHost: gw\r\n\r\n'],
  [401, head('GET', '/admin/a')],
  [404, head('GET', '/nowhere')],
  [405, head('DELETE', '/only-get/1')],
  [413, head('POST', '/small/a', 'Content-Type: application/json', 'Content-Length: 5000')],
  [
    429,
    head('GET'),
    async (stage) => {
      const url = await stage.variant({ use: { flood: rateLimit({ by: ip, limit: '1/h' }) } })
      await stage.ask(head('GET'), { url })
      return url
    },
  ],
  [502, head('GET'), (stage) => stage.variant({ route: { upstream: upstream('dead', { targets: ['http://127.0.0.1:1'] }) } })],
  [502, head('GET'), (stage) => stage.variant({ route: { upstream: upstream('lost', { targets: ['http://no-such-host.invalid'] }) } })],
  [
    502,
    head('GET'),
    (stage) => stage.variant({ route: { upstream: upstream('tls', { targets: [stage.recorder.url.replace('http:', 'https:')] }) } }),
  ],
  [
    504,
    head('GET', '/hasty/a'),
    (stage) => {
      stage.recorder.answer = () => undefined
      return undefined
    },
  ],
]

export const exposureCases: readonly Case[] = [
  ...HOSTILE.map(
    ([what, bytes]): Case => ({
      id: 'I-14',
      title: `${what}: one line of JSON in the log, without control characters`,
      async run(stage) {
        const { text, entry } = await lineOf(stage, bytes)
        assert.equal(entry['msg'], 'request')
        assert.equal(entry['level'], 30)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what the log must not have
        assert.doesNotMatch(text, /[\x00-\x1f\x7f-\x9f]/)
      },
    }),
  ),
  {
    id: 'I-14',
    title: 'a long field, path or query is cut at 1 KiB in the log',
    async run(stage) {
      const { text, entry } = await lineOf(
        stage,
        head('GET', `/public/${'p'.repeat(3_000)}?q=${'q'.repeat(3_000)}`, `User-Agent: ${'u'.repeat(7_000)}`),
      )
      assert.ok(String(entry['path']).length <= 1_024)
      assert.ok(text.length < 5_000)
    },
  },
  {
    id: 'I-15',
    title: 'credentials are not in the log: fields, cookies and parameters that carry them are redacted',
    async run(stage) {
      const target = '/public/a?token=SECRET1&api_key=SECRET2&Access_Token=SECRET3&%74oken=SECRET7&page=2'
      const lines = ['Authorization: Bearer SECRET4', 'Cookie: session=SECRET5', 'X-Api-Key: SECRET6']
      const { text } = await lineOf(stage, head('GET', target, ...lines))
      assert.doesNotMatch(text, /SECRET/)
      assert.match(text, /page=2/)
    },
  },
  ...ERRORS.map(
    ([status, bytes, prepare], index): Case => ({
      id: 'I-17',
      title: `${status} (${index + 1}) is a problem with a request id that tells nothing of what is behind the gateway`,
      async run(stage) {
        const url = await prepare?.(stage)
        const response = await stage.ask(bytes, url === undefined ? {} : { url })
        assert.equal(statusOf(response), status)
        assert.deepEqual(valuesOf(response, 'content-type'), ['application/problem+json'])
        const [id = ''] = valuesOf(response, 'x-request-id')
        assert.equal((JSON.parse(response.body) as { instance: string }).instance, `urn:request:${id}`)
        assert.doesNotMatch(response.body, INTERNAL)
        assert.deepEqual([...valuesOf(response, 'server'), ...valuesOf(response, 'x-powered-by')], [])
      },
    }),
  ),
  ...['/metrics', '/healthz', '/readyz'].map(
    (path): Case => ({
      id: 'I-18',
      title: `\`${path}\` is not on the clients’ port`,
      async run(stage) {
        assert.equal(statusOf(await stage.ask(head('GET', path))), 404)
      },
    }),
  ),
]
