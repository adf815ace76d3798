import { type Case, chunked, get, lines, post } from '../case.js'

const length = (id: string, ...values: readonly string[]): Case => ({
  id,
  send: post(
    values.map((value) => `Content-Length: ${value}`),
    'hello',
  ),
})
const coding = (id: string, ...values: readonly string[]): Case => ({
  id,
  send: post(
    values.map((value) => `Transfer-Encoding: ${value}`),
    chunked('hello'),
  ),
})
const chunk = (id: string, body: string): Case => ({ id, send: post(['Transfer-Encoding: chunked'], body) })

/** Where a message ends: lengths, codings, chunks, and bodies where few expect them. */
export const framingCases: readonly Case[] = [
  length('length', '5'),
  length('length-zeros', '005'),
  length('length-twice-same', '5', '5'),
  length('length-twice-different', '5', '6'),
  length('length-list', '5, 5'),
  length('length-plus', '+5'),
  length('length-hex', '0x5'),
  length('length-empty', ''),
  length('length-negative', '-5'),
  length('length-huge', '99999999999999999999'),
  { id: 'length-space-before-colon', send: post(['Content-Length : 5'], 'hello') },
  { id: 'length-underscore', send: post(['Content_Length: 5', 'Content-Length: 5'], 'hello') },
  coding('chunked', 'chunked'),
  coding('chunked-upper-case', 'Chunked'),
  coding('chunked-twice', 'chunked', 'chunked'),
  coding('chunked-list', 'chunked, chunked'),
  coding('chunked-leading-comma', ',chunked'),
  coding('coding-gzip-chunked', 'gzip, chunked'),
  coding('coding-gzip', 'gzip'),
  coding('coding-unknown', 'cow, chunked'),
  coding('coding-identity', 'identity'),
  coding('coding-empty', ''),
  coding('coding-vertical-tab', '\x0bchunked'),
  { id: 'length-and-chunked', send: post(['Content-Length: 5', 'Transfer-Encoding: chunked'], chunked('hello')) },
  { id: 'chunked-and-length', send: post(['Transfer-Encoding: chunked', 'Content-Length: 5'], chunked('hello')) },
  { id: 'chunked-http-1.0', send: lines('POST /a HTTP/1.0', 'Host: gw', 'Transfer-Encoding: chunked') + chunked('hello') },
  { id: 'coding-underscore', send: post(['Transfer_Encoding: chunked', 'Content-Length: 5'], 'hello') },
  chunk('chunk-extension', '5;a=b\r\nhello\r\n0\r\n\r\n'),
  chunk('chunk-size-plus', '+5\r\nhello\r\n0\r\n\r\n'),
  chunk('chunk-size-hex-prefix', '0x5\r\nhello\r\n0\r\n\r\n'),
  chunk('chunk-size-overflow', `${'F'.repeat(17)}\r\nhello\r\n0\r\n\r\n`),
  chunk('chunk-bare-lf', '5\nhello\n0\n\n'),
  chunk('chunk-too-long', '5\r\nhello!\r\n0\r\n\r\n'),
  chunk('chunk-bad-size', 'ZZ\r\nhello\r\n0\r\n\r\n'),
  { id: 'trailer', send: post(['Transfer-Encoding: chunked', 'Trailer: X-T'], chunked('hello', 'X-T: v\r\n')) },
  { id: 'trailer-length', send: post(['Transfer-Encoding: chunked'], chunked('hello', 'Content-Length: 9\r\n')) },
  { id: 'trailer-authorization', send: post(['Transfer-Encoding: chunked'], chunked('hello', 'Authorization: x\r\n')) },
  { id: 'post-without-length', send: post([]) },
  { id: 'post-length-zero', send: post(['Content-Length: 0']) },
  { id: 'get-with-body', send: `${get('/a', 'Content-Length: 5')}hello` },
  { id: 'get-chunked', send: `${get('/a', 'Transfer-Encoding: chunked')}${chunked('hello')}` },
  { id: 'close-then-request', send: `${get('/a', 'Connection: close')}${get('/second')}` },
  { id: 'pipelined', send: `${get('/a')}${get('/b')}` },
]
