import test from 'ava'
import fc from 'fast-check'
import { readLogin } from '../../runtime/auth/read-login.js'

const encode = (text: string) => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`
const printable = fc.string({ unit: 'grapheme', maxLength: 60 })

test('whatever name and password are sent, they are read back', (t) => {
  const name = printable.filter((text) => text !== '' && !text.includes(':'))
  const holds = fc.property(name, printable, (user, password) => {
    const form = (text: string) => text.normalize('NFC')
    const whole = form(`${user}:${password}`)
    const read = readLogin(encode(`${user}:${password}`))
    return read !== undefined && `${read.user}:${read.password}` === whole && !read.user.includes(':')
  })
  t.notThrows(() => fc.assert(holds))
})

test('whatever else is sent is no login, and nothing is thrown', (t) => {
  t.notThrows(() => fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readLogin(text))))
  t.is(readLogin(encode('user')), undefined)
  t.is(readLogin('Basic dXNlcjpwYXNz='), undefined, 'padding that is none')
})
