import assert from 'node:assert/strict'
import { type Case, head, type Mode, type Stage } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import { assertNothingSmuggled, assertOneRequest, type Payload, refusals, SMUGGLED } from '../refusal.js'

const HOST = 'Host: gw\r\n\r\n'

/** The same reason on every mode. */
const everywhere = (reason: string): Record<Mode, string> => ({ streamed: reason, buffered: reason, hapi: reason })

const SPACES = everywhere(
  'Node’s parser skips the spaces and keeps no trace of them. Harmless: the target is read without them and sent in a line of the gateway’s own, as a row below shows.',
)
const OTHER_PROTOCOL = everywhere(
  'Node’s parser also knows the names RTSP and ICE and keeps no trace of them. Harmless: what is sent upstream is HTTP/1.1, as a row below shows.',
)
const EMPTY_LINES = everywhere('Node’s parser skips any number of empty lines (RFC 9112 section 2.2 asks for one at least) and keeps none.')

const line = (id: string, title: string, requestLine: string, more: Partial<Payload> = {}): Payload => ({
  id,
  title: `${title} is refused`,
  statuses: [400, 505],
  bytes: `${requestLine}\r\n${HOST}${SMUGGLED}`,
  ...more,
})

const versions: readonly Payload[] = [
  { id: 'H-15', title: 'an HTTP/0.9 request is refused', bytes: 'GET /public/a\r\n\r\n' },
  { id: 'H-15', title: 'an HTTP/0.9 request with header lines is refused', bytes: `GET /public/a\r\n${HOST}` },
  { id: 'H-15', title: 'an HTTP/0.9 POST is refused', bytes: `POST /public/a\r\n${HOST}` },
  line('H-15', 'HTTP/2.0 in a request line', 'GET /public/a HTTP/2.0'),
  line('H-15', 'HTTP/3.0 in a request line', 'GET /public/a HTTP/3.0'),
  line('H-15', 'HTTP/1.2', 'GET /public/a HTTP/1.2'),
  line('H-15', 'HTTP/1.9', 'GET /public/a HTTP/1.9'),
  line('H-15', 'HTTP/0.9 spelled out', 'GET /public/a HTTP/0.9'),
  line('H-15', 'a version without a minor number', 'GET /public/a HTTP/1'),
  line('H-15', 'a version of two digits', 'GET /public/a HTTP/01.01'),
  line('H-15', 'a version of three parts', 'GET /public/a HTTP/1.1.1'),
  line('H-15', 'a version with a comma', 'GET /public/a HTTP/1,1'),
  line('H-15', 'a lower-case protocol name', 'GET /public/a http/1.1'),
  line('H-15', 'a misspelled protocol name', 'GET /public/a HTTPS/1.1'),
  line('H-15', 'a protocol name with a space', 'GET /public/a HTTP /1.1'),
  line('H-15', 'RTSP in a GET request line', 'GET /public/a RTSP/1.0', {
    exception: OTHER_PROTOCOL,
    bytes: `GET /public/a RTSP/1.0\r\n${HOST}`,
  }),
  line('H-15', 'ICE in a SOURCE request line', 'SOURCE /public/a ICE/1.0', {
    exception: OTHER_PROTOCOL,
    bytes: `SOURCE /public/a ICE/1.0\r\n${HOST}`,
  }),
]

const spacing: readonly Payload[] = [
  line('H-15', 'a second space before the target', 'GET  /public/a HTTP/1.1', { exception: SPACES }),
  line('H-15', 'a second space after the target', 'GET /public/a  HTTP/1.1', { exception: SPACES }),
  line('H-15', 'a tab before the target', 'GET\t/public/a HTTP/1.1'),
  line('H-15', 'a tab after the target', 'GET /public/a\tHTTP/1.1'),
  line('H-15', 'a vertical tab after the method', 'GET\x0b/public/a HTTP/1.1'),
  line('H-15', 'a space at the end of the line', 'GET /public/a HTTP/1.1 '),
  line('H-15', 'a word at the end of the line', 'GET /public/a HTTP/1.1 x'),
  line('H-15', 'a second target', 'GET /public/a /public/smuggled HTTP/1.1'),
  line('H-15', 'a line without a target', 'GET HTTP/1.1'),
  line('H-15', 'a space before the method', ' GET /public/a HTTP/1.1'),
]

const targets: readonly Payload[] = [
  ['a high byte', '/public/\xe9'],
  ['UTF-8 as raw bytes', '/public/\xc3\xa9'],
  ['byte 0xFF', '/public/\xff'],
  ['a NUL', '/public/a\0b'],
  ['a delete character', '/public/a\x7fb'],
  ['an escape character', '/public/a\x1bb'],
  ['a vertical tab', '/public/a\x0bb'],
  ['a tab', '/public/a\tb'],
  ['a space', '/public/a b'],
  ['a fragment', '/public/a#b'],
  ['a fragment behind a query', '/public/a?b#c'],
  ['a double quote', '/public/a"b'],
  ['angle brackets', '/public/<a>'],
  ['a caret', '/public/a^b'],
  ['a grave accent', '/public/a`b'],
  ['braces', '/public/{a}'],
  ['a vertical bar', '/public/a|b'],
  ['a NUL in the query', '/public/a?b\0'],
  ['a high byte in the query', '/public/a?b=\xe9'],
].map(([what, target]) => line('H-19', `${what} in the target`, `GET ${target} HTTP/1.1`))

const methods: readonly Payload[] = [
  ['FOO', 'FOO'],
  ['get', 'get'],
  ['Get', 'Get'],
  ['GETT', 'GETT'],
  ['GE', 'GE'],
  ['with delimiters', 'G=":<>'],
  ['of 100 KB', 'A'.repeat(100_000)],
  ['with a NUL', 'GET\0'],
  ['with a high byte', 'GET\xa0'],
  ['PRI', 'PRI'],
].map(([what, method]) => line('H-20', `the method ${what}`, `${method} /public/a HTTP/1.1`, { statuses: [400, 501] }))

const preludes: readonly Payload[] = [
  {
    id: 'H-26',
    title: '10,000 empty lines before a request are refused',
    bytes: '\r\n'.repeat(10_000) + head('GET'),
    exception: EMPTY_LINES,
  },
  { id: 'H-26', title: 'a line of white space before a request is refused', bytes: `  \r\n${head('GET')}` },
  { id: 'H-26', title: 'binary garbage is refused', bytes: '\x80\x01\x02\xfe\xff\x00\x7f\x10\x20\r\n\r\n' },
  { id: 'H-26', title: 'a TLS hello is refused', bytes: `\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03${'\x5a'.repeat(238)}` },
  { id: 'H-26', title: 'the HTTP/2 preface is refused', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0' },
  { id: 'H-26', title: 'a PROXY protocol line is refused', bytes: `PROXY TCP4 10.0.0.1 10.0.0.2 1 80\r\n${head('GET')}` },
  { id: 'H-26', title: 'an SMTP greeting is refused', bytes: 'EHLO gw\r\n' },
  { id: 'H-26', title: 'a response in place of a request is refused', bytes: `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${SMUGGLED}` },
]

/** A request that the parser reads more widely than it should, with what must arrive all the same. */
const harmless = (id: string, title: string, bytes: string, want = 'GET /public/a HTTP/1.1'): Case => ({
  id,
  title,
  async run(stage) {
    assert.equal((await assertOneRequest(stage, bytes)).line, want)
  },
})

async function assertMethodRefused(stage: Stage, method: string): Promise<void> {
  const response = await stage.ask(head(method, '/only-get/1', 'Content-Length: 0'))
  assert.equal(statusOf(response), 405)
  assert.deepEqual(valuesOf(response, 'allow'), ['GET, HEAD'])
  assert.deepEqual(stage.recorder.requests, [])
  assertNothingSmuggled(stage)
}

const known: readonly Case[] = [
  ...['POST', 'DELETE', 'PROPFIND', 'QUERY', 'SOURCE', 'M-SEARCH'].map(
    (method): Case => ({
      id: 'H-20',
      title: `${method} on a route of GET alone is answered 405 with Allow`,
      run: (stage) => assertMethodRefused(stage, method),
    }),
  ),
  ...['PROPFIND', 'QUERY', 'MKCOL', 'M-SEARCH', 'PURGE'].map((method) =>
    harmless('H-20', `${method} passes a route of any method`, head(method), `${method} /public/a HTTP/1.1`),
  ),
  ...refusals([
    { id: 'H-20', title: 'CONNECT to an authority is refused', bytes: `CONNECT gw:80 HTTP/1.1\r\n${HOST}${SMUGGLED}`, statuses: [405] },
    { id: 'H-20', title: 'CONNECT to a path is refused', bytes: `CONNECT /public/a HTTP/1.1\r\n${HOST}${SMUGGLED}`, statuses: [405] },
  ]),
]

export const requestLineCases: readonly Case[] = [
  ...refusals([...versions, ...spacing]),
  harmless('H-15', 'two spaces around the target are not sent on', `GET  /public/a  HTTP/1.1\r\n${HOST}`),
  harmless('H-15', 'RTSP is sent on as HTTP/1.1', `GET /public/a RTSP/1.0\r\nConnection: keep-alive\r\n${HOST}`),
  ...refusals(targets),
  ...refusals(methods),
  ...known,
  harmless('H-26', 'an empty line before a request is skipped', `\r\n${head('GET')}`),
  ...refusals(preludes),
]
