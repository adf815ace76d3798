import test from 'ava'
import fc from 'fast-check'
import { apiKeyFormat, hashApiKey, mintApiKey } from '../../runtime/auth/api-key-format.js'

test('a minted key has the documented form, and its id and hash come from it', (t) => {
  const { key, id, hash } = mintApiKey()
  t.regex(key, /^gw_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/)
  t.is(hash, hashApiKey(key))
  t.regex(hash, /^sha256:[0-9a-f]{64}$/)
  t.is(id, `key_${hash.slice(7, 19)}`)
  t.true(apiKeyFormat('gw')(key))
  t.regex(mintApiKey('shop').key, /^shop_/)
})

test('the checksum is the CRC-32 of the text before it, in base 62', (t) => {
  const body = `gw_${'0'.repeat(32)}`
  t.true(apiKeyFormat('gw')(`${body}_0nUEJd`))
  t.false(apiKeyFormat('gw')(`${body}_0nUEJ0`))
})

test('no key with one character changed passes', (t) => {
  const isKey = apiKeyFormat('gw')
  const character = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_- ')
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.nat(41), character, (index, letter) => {
        const { key } = mintApiKey()
        return isKey(`${key.slice(0, index)}${letter}${key.slice(index + 1)}`) === (key[index] === letter)
      }),
      { numRuns: 500 },
    ),
  )
})

test('keys do not repeat', (t) => {
  t.is(new Set(Array.from({ length: 1_000 }, () => mintApiKey().key)).size, 1_000)
})
