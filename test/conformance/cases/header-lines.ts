import type { Case } from '../case.js'
import { type Payload, refusals, SMUGGLED } from '../refusal.js'

const block = (title: string, ...lines: string[]): Payload => ({
  id: 'H-14',
  title: `${title} is refused`,
  bytes: ['GET /public/a HTTP/1.1', 'Host: gw', ...lines, '', ''].join('\r\n') + SMUGGLED,
})

const raw = (title: string, bytes: string): Payload => ({ id: 'H-14', title: `${title} is refused`, bytes: bytes + SMUGGLED })

/** Header blocks that readers disagree on. */
export const headerLineCases: readonly Case[] = refusals([
  raw('a head whose lines end with LF alone', 'GET /public/a HTTP/1.1\nHost: gw\n\n'),
  raw('a request line that ends with LF alone', 'GET /public/a HTTP/1.1\nHost: gw\r\n\r\n'),
  raw('one header line that ends with LF alone', 'GET /public/a HTTP/1.1\r\nHost: gw\nX-A: 1\r\n\r\n'),
  raw('a head that ends with LF alone', 'GET /public/a HTTP/1.1\r\nHost: gw\r\n\n'),
  raw('a head whose lines end with CR alone', 'GET /public/a HTTP/1.1\rHost: gw\r\r'),
  raw('a header line that ends with CR alone', 'GET /public/a HTTP/1.1\r\nHost: gw\rX-A: 1\r\n\r\n'),
  raw('a head that ends with CR LF CR X', 'GET /public/a HTTP/1.1\r\nHost: gw\r\n\rX-A: 1\r\n\r\n'),
  raw('a head that ends with CR CR', 'GET /public/a HTTP/1.1\r\nHost: gw\r\n\r\r'),
  raw('a bare CR in the request line', 'GET /public/a\rX HTTP/1.1\r\nHost: gw\r\n\r\n'),
  block('a bare CR in a value', 'X-A: 1\r2'),
  block('a bare LF in a value that hides a field', 'X-A: 1\nTransfer-Encoding: chunked'),
  block('a bare CR that hides a field', 'X-A: 1\rContent-Length: 60'),
  block('CR CR LF at the end of a line', 'X-A: 1\r'),
  block('a NUL in a value', 'X-A: 1\x002'),
  block('a NUL in a name', 'X-A\0: 1'),
  block('a NUL behind a name', 'Content-Length\0: 60'),
  block('an escape character in a value', 'X-A: 1\x1b2'),
  block('a delete character in a value', 'X-A: 1\x7f2'),
  block('a folded line that starts with a space', 'X-A: 1', ' 2'),
  block('a folded line that starts with a tab', 'X-A: 1', '\t2'),
  block('a folded Host', 'X-A: 1', ' Host: other'),
  block('a line without a colon', 'X-A'),
  block('an empty name', ': 1'),
  block('a name of a space', ' : 1'),
  block('a name in brackets', '[bad]: 1'),
  block('a name with a space in it', 'X A: 1'),
  block('a name with a slash', 'X/A: 1'),
  block('a name with an at sign', 'X@A: 1'),
  block('a name in quotes', '"X-A": 1'),
  block('a name with parentheses', 'X-(A): 1'),
  block('a name with a high byte', 'X-\xc3\xa9: 1'),
  block('a name with a tab behind it', 'X-A\t: 1'),
  block('a name with a vertical tab', 'X-A\x0b: 1'),
])
