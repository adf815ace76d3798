import assert from 'node:assert/strict'
import type { Case } from '../case.js'
import { valuesOf } from '../message.js'
import { assertOneRequest, BODY, CHUNKED, CHUNKS, LENGTH, type Payload, post, refusals, SMUGGLED } from '../refusal.js'

const HIDDEN_IN_CHUNK = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`

/** Values of one field, each in a request of its own. */
const withLengths = (id: string, rows: readonly (readonly [what: string, value: string])[]): Payload[] =>
  rows.map(([what, value]) => ({
    id,
    title: `Content-Length ${what} is refused`,
    bytes: post(`Content-Length:${value}`) + BODY + SMUGGLED,
  }))

const withCodings = (id: string, rows: readonly (readonly [what: string, value: string])[]): Payload[] =>
  rows.map(([what, value]) => ({
    id,
    title: `Transfer-Encoding ${what} is refused`,
    statuses: [400, 501],
    bytes: post(`Transfer-Encoding:${value}`) + CHUNKS + SMUGGLED,
  }))

const both: readonly Payload[] = [
  {
    id: 'H-01',
    title: 'Content-Length before Transfer-Encoding is refused',
    bytes: `${post('Content-Length: 5', CHUNKED)}0\r\n\r\n${SMUGGLED}`,
  },
  {
    id: 'H-01',
    title: 'Transfer-Encoding before Content-Length is refused',
    bytes: `${post(CHUNKED, 'Content-Length: 5')}0\r\n\r\n${SMUGGLED}`,
  },
  {
    id: 'H-01',
    title: 'a length that covers a hidden request is refused beside chunked',
    bytes: `${post(`Content-Length: ${SMUGGLED.length + 5}`, CHUNKED)}0\r\n\r\n${SMUGGLED}`,
  },
  {
    id: 'H-01',
    title: 'a hidden request inside a chunk, beside a short length, is refused',
    bytes: post('Content-Length: 4', CHUNKED) + HIDDEN_IN_CHUNK,
  },
  { id: 'H-01', title: 'Content-Length: 0 beside chunked is refused', bytes: post('Content-Length: 0', CHUNKED) + CHUNKS },
  {
    id: 'H-01',
    title: 'a length beside chunked is refused when other fields stand between them',
    bytes: post(LENGTH, 'X-A: 1', 'X-B: 2', CHUNKED) + CHUNKS + SMUGGLED,
  },
  {
    id: 'H-01',
    title: 'a length beside chunked is refused in other letter case',
    bytes: post('content-length: 7', 'TRANSFER-ENCODING: CHUNKED') + CHUNKS + SMUGGLED,
  },
  { id: 'H-02', title: 'two different Content-Length lines are refused', bytes: post(LENGTH, 'Content-Length: 60') + BODY + SMUGGLED },
  { id: 'H-02', title: 'two equal Content-Length lines are refused', bytes: post(LENGTH, LENGTH) + BODY + SMUGGLED },
  { id: 'H-02', title: 'a zero length after a real one is refused', bytes: post(LENGTH, 'Content-Length: 0') + BODY + SMUGGLED },
  { id: 'H-02', title: 'a list of equal lengths is refused', bytes: post('Content-Length: 7, 7') + BODY + SMUGGLED },
  { id: 'H-02', title: 'a list of different lengths is refused', bytes: post('Content-Length: 7, 60') + BODY + SMUGGLED },
]

const misspelled: readonly Payload[] = [
  { id: 'H-05', title: 'a space before the colon of Content-Length is refused', bytes: post('Content-Length : 7') + BODY + SMUGGLED },
  { id: 'H-05', title: 'a tab before the colon of Content-Length is refused', bytes: post('Content-Length\t: 7') + BODY + SMUGGLED },
  { id: 'H-05', title: 'a space before the colon of Transfer-Encoding is refused', bytes: post('Transfer-Encoding : chunked') + CHUNKS },
  { id: 'H-05', title: 'Content-Length without a colon is refused', bytes: post('Content-Length 7') + BODY + SMUGGLED },
  { id: 'H-05', title: 'a high byte at the end of the name is refused', bytes: post('Content-Length\x85: 7') + BODY + SMUGGLED },
  { id: 'H-05', title: 'a high byte at the end of Transfer-Encoding is refused', bytes: post('Transfer-Encoding\xa0: chunked') + CHUNKS },
  {
    id: 'H-05',
    title: 'a space before the first field name is refused',
    bytes: `POST /upload/a HTTP/1.1\r\n Host: gw\r\n${LENGTH}\r\n\r\n${BODY}`,
  },
  {
    id: 'H-05',
    title: 'a tab before Transfer-Encoding as the first field is refused',
    bytes: `POST /upload/a HTTP/1.1\r\n\t${CHUNKED}\r\nHost: gw\r\n\r\n${CHUNKS}`,
  },
  { id: 'H-08', title: 'two Transfer-Encoding: chunked lines are refused', bytes: post(CHUNKED, CHUNKED) + CHUNKS + SMUGGLED },
  { id: 'H-08', title: 'gzip and chunked on two lines are refused', bytes: post('Transfer-Encoding: gzip', CHUNKED) + CHUNKS + SMUGGLED },
  {
    id: 'H-08',
    title: 'chunked and identity on two lines are refused',
    bytes: post(CHUNKED, 'Transfer-Encoding: identity') + CHUNKS + SMUGGLED,
  },
  {
    id: 'H-09',
    title: 'chunked in an HTTP/1.0 request is refused',
    bytes: `POST /upload/a HTTP/1.0\r\nHost: gw\r\n${CHUNKED}\r\n\r\n${CHUNKS}${SMUGGLED}`,
  },
  {
    id: 'H-09',
    title: 'chunked in an HTTP/1.0 request that asks to keep the connection is refused',
    bytes: `POST /upload/a HTTP/1.0\r\nHost: gw\r\nConnection: keep-alive\r\n${CHUNKED}\r\n\r\n${CHUNKS}${SMUGGLED}`,
  },
]

const accepted: readonly Case[] = [
  ...(['\t7', ' 7 ', '7', ' \t 7  '] as const).map(
    (value): Case => ({
      id: 'H-04',
      title: `Content-Length:${JSON.stringify(value)} is read without its white space and sent on as 7`,
      async run(stage) {
        const received = await assertOneRequest(stage, post(`Content-Length:${value}`) + BODY)
        assert.match(received.raw, /\r\ncontent-length: 7\r\n/i)
        assert.equal(received.body, BODY)
      },
    }),
  ),
  {
    id: 'H-10',
    title: 'Transfer_Encoding is not taken for framing and stays behind',
    async run(stage) {
      const received = await assertOneRequest(stage, post('Transfer_Encoding: chunked', LENGTH) + BODY)
      assert.doesNotMatch(received.raw, /transfer_encoding/i)
      assert.equal(received.body, BODY)
    },
  },
  {
    id: 'H-10',
    title: 'Content_Length is not taken for framing and stays behind',
    async run(stage) {
      const received = await assertOneRequest(stage, post('Content_Length: 70', LENGTH) + BODY)
      assert.doesNotMatch(received.raw, /content_length/i)
      assert.deepEqual(valuesOf(received, 'content-length'), ['7'])
    },
  },
]

export const lengthAndCodingCases: readonly Case[] = [
  ...refusals([
    ...both,
    ...withLengths('H-03', [
      ['with a plus sign', ' +7'],
      ['with a minus sign', ' -7'],
      ['of minus zero', ' -0'],
      ['in hexadecimal', ' 0x7'],
      ['with a digit separator', ' 1_0'],
      ['with an exponent', ' 7e0'],
      ['with a fraction', ' 7.0'],
      ['with a letter after it', ' 7Z'],
      ['with a letter before it', ' Z7'],
      ['that is empty', ''],
      ['of white space', ' \t '],
      ['of 20 digits', ' 99999999999999999999'],
      ['of 2^64 and 7', ' 18446744073709551623'],
      ['of 400 digits', ` ${'9'.repeat(400)}`],
      ['of two numbers', ' 7 7'],
      ['with a NUL', ' 7\0'],
      ['with a vertical tab', ' \x0b7'],
      ['in quotes', ' "7"'],
      ['with a semicolon', ' 7;a=b'],
      ['with a comma behind', ' 7,'],
      ['with a comma before', ' ,7'],
      ['in full-width digits', ' \xef\xbc\x97'],
    ]),
    ...withLengths('H-04', [
      ['with a leading zero', ' 07'],
      ['that could be octal', ' 010'],
      ['of two zeros', ' 00'],
      ['with 30 leading zeros', ` ${'0'.repeat(30)}7`],
      ['with a tab behind it', ' 7\t'],
    ]),
    ...withCodings('H-06', [
      ['xchunked', ' xchunked'],
      ['chunkedx', ' chunkedx'],
      ['chunked, chunked', ' chunked, chunked'],
      ['chunked, gzip', ' chunked, gzip'],
      ['chunked, identity', ' chunked, identity'],
      ['gzip', ' gzip'],
      ['identity', ' identity'],
      ['chunked in quotes', ' "chunked"'],
      ['chunked in single quotes', " 'chunked'"],
      ['chunked with a parameter', ' chunked;a=b'],
      ['chunked with a semicolon', ' chunked;'],
      ['chunked after a vertical tab', ' \x0bchunked'],
      ['chunked after a form feed', ' \x0cchunked'],
      ['chunked before a NUL', ' chunked\0'],
      ['chunked between high bytes', ' \xffchunked\xff'],
      ['chunked after a no-break space', ' \xa0chunked'],
      ['cut by a space', ' chunk ed'],
      ['folded onto a second line', '\r\n chunked'],
      ['chunked, folded after its name', ' chunked\r\n , identity'],
      ['with a Cyrillic letter', ' \xd1\x81hunked'],
    ]),
    ...withCodings('H-07', [
      [',chunked', ' ,chunked'],
      ['chunked,', ' chunked,'],
      ['gzip, chunked', ' gzip, chunked'],
      ['br, chunked', ' br, chunked'],
      ['deflate, chunked', ' deflate, chunked'],
      ['cow, chunked', ' cow, chunked'],
      ['identity, chunked', ' identity, chunked'],
      ['chunked, cow, chunked', ' chunked, cow, chunked'],
      ['that is empty', ''],
    ]),
    ...misspelled,
  ]),
  ...accepted,
]
