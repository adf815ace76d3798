import test from 'ava'
import fc from 'fast-check'
import { isCompactToken, readToken } from '../../runtime/auth/read-token.js'

const part = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
const alphabet = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const word = fc.array(alphabet, { minLength: 1, maxLength: 12 }).map((letters) => letters.join(''))

test('three parts of encoded bytes are a compact token', (t) => {
  t.notThrows(() => fc.assert(fc.property(part, part, part, (a, b, c) => isCompactToken(`${a}.${b}.${c}`))))
})

test('a part is accepted exactly if encoding what it decodes to gives it back', (t) => {
  const same = (text: string) => Buffer.from(text, 'base64url').toString('base64url') === text
  t.notThrows(() =>
    fc.assert(
      fc.property(word, (text) => isCompactToken(`AAAA.AAAA.${text}`) === same(text)),
      { numRuns: 2_000 },
    ),
  )
})

test('8 KB are accepted and one more character is not', (t) => {
  const token = `${'A'.repeat(8_180)}.AAAA.AAAAAA`
  t.is(token.length, 8_192)
  t.true(isCompactToken(token))
  t.false(isCompactToken(`A${token}`))
})

test('header and payload must be JSON objects', (t) => {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  t.deepEqual(readToken(`${encode('{"a":1}')}.${encode('{"b":2}')}.AAAA`), { header: { a: 1 }, payload: { b: 2 } })
  for (const other of ['[]', 'null', '1', '"x"', '{', '\ufeff{}']) {
    t.is(readToken(`${encode('{}')}.${encode(other)}.AAAA`), undefined, other)
    t.is(readToken(`${encode(other)}.${encode('{}')}.AAAA`), undefined, other)
  }
})

test('no text makes it throw', (t) => {
  t.notThrows(() => fc.assert(fc.property(fc.string(), (text) => readToken(text) === undefined || typeof readToken(text) === 'object')))
})
