import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import test from 'ava'
import { basic, ConfigError, defineGateway, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { hashPassword, isPassword, parsePasswordHash } from '../../runtime/auth/password-hash.js'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt as never)

/** A hash that is cheap to check, unless told otherwise. */
async function cheap(password: string, ln = 10): Promise<string> {
  const salt = Buffer.from('0123456789abcdef')
  const digest = await derive(password.normalize('NFC'), salt, 32, { N: 2 ** ln, r: 2, p: 1, maxmem: 2 ** 30 })
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$scrypt$ln=${ln},r=2,p=1$${text(salt)}$${text(digest)}`
}

const login = (text: string) => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`
const CHALLENGE = 'Basic realm="Shop", charset="UTF-8"'
const auth = basic({
  realm: 'Shop',
  users: [
    { name: 'ada', password: await cheap('correct horse'), metadata: { team: 'ops' } },
    { name: 'zoë', password: await cheap('pässwörd: with colon'), metadata: { team: 'dev' } },
  ],
  metadata: z.object({ team: z.string().transform((team) => team.toUpperCase()) }),
  remember: '1m',
})

test('a right password gives the user, is stripped, and is remembered for a while', async (t) => {
  const clock = manualClock()
  const gateway = await startAuthGateway(auth, clock)
  t.teardown(() => gateway.close())
  const ask = () => gateway.ask(['Authorization', login('ada:correct horse')])
  const first = await ask()
  t.deepEqual(first.auth, { kind: 'basic', user: 'ada', metadata: { team: 'OPS' } })
  t.deepEqual(first.stripped, ['authorization'])
  t.true(first.frozen)
  t.false(first.synchronous)
  t.true((await ask()).synchronous)
  clock.advance(60_000)
  t.false((await ask()).synchronous)
})

test('a login is UTF-8 and its Unicode form does not matter', async (t) => {
  const gateway = await startAuthGateway(auth)
  t.teardown(() => gateway.close())
  for (const form of ['NFC', 'NFD'] as const) {
    const answer = await gateway.ask(['Authorization', login('zoë:pässwörd: with colon'.normalize(form))])
    t.is(answer.auth?.user, 'zoë', form)
  }
})

test('a wrong password and an unknown name get the same answer, and a remembered login does not help them', async (t) => {
  const gateway = await startAuthGateway(auth)
  t.teardown(() => gateway.close())
  await gateway.ask(['Authorization', login('ada:correct horse')])
  for (const sent of ['ada:wrong', 'ada:', 'eve:correct horse', 'zoë:correct horse']) {
    const answer = await gateway.ask(['Authorization', login(sent)])
    t.deepEqual(
      [answer.status, answer.code, answer.detail, answer.challenges],
      [401, 'INVALID_CREDENTIALS', 'The name or the password is wrong.', [CHALLENGE]],
      sent,
    )
  }
})

test('a malformed login is refused before any password is hashed', async (t) => {
  const gateway = await startAuthGateway(auth)
  t.teardown(() => gateway.close())
  const malformed = [
    'Basic',
    'Basic ',
    'Basic !!!',
    'Basic YQ',
    login('nocolon'),
    login(':x'),
    login('a\u0000:x'),
    `Basic ${'A'.repeat(2000)}`,
  ]
  for (const value of [...malformed, `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`]) {
    const answer = await gateway.ask(['Authorization', value])
    t.deepEqual([answer.code, answer.detail, answer.synchronous], ['INVALID_CREDENTIALS', 'The login is malformed.', true], value)
  }
  const other = await gateway.ask(['Authorization', 'Bearer abc'])
  t.deepEqual([other.code, other.challenges], ['UNAUTHENTICATED', [CHALLENGE]])
})

test('many logins at once are checked a few at a time, one that all send once, and too many are turned away', async (t) => {
  // Dear enough that not all can be through before the last has arrived.
  const dear = basic({ realm: 'Shop', users: [{ name: 'ada', password: await cheap('x', 15) }] })
  const slow = await startAuthGateway(dear)
  t.teardown(() => slow.close())
  const guesses = await Promise.all(Array.from({ length: 150 }, (_, index) => slow.ask(['Authorization', login(`ada:${index}`)])))
  const codes = guesses.map(({ code }) => code)
  t.true(codes.includes('INVALID_CREDENTIALS'))
  t.true(codes.includes('AUTH_UNAVAILABLE'))
  t.is(guesses.find(({ code }) => code === 'AUTH_UNAVAILABLE')?.retryAfter, '1')
})

test('a login that many send at once is checked once', async (t) => {
  const users = [{ name: 'ada', password: await cheap('x', 17) }]
  const gateway = await startAuthGateway(basic({ realm: 'Shop', users }))
  t.teardown(() => gateway.close())
  // One check each would be more than may wait.
  const same = await Promise.all(Array.from({ length: 100 }, () => gateway.ask(['Authorization', login('ada:x')])))
  t.true(same.every(({ status }) => status === 200))
})

test('a hash says how it was made, is salted, and fits its password alone', async (t) => {
  const [one, two] = await Promise.all([hashPassword('secret'), hashPassword('secret')])
  t.regex(one as string, /^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  t.not(one, two)
  t.true(await isPassword('secret', parsePasswordHash(one as string)))
  t.false(await isPassword('secret ', parsePasswordHash(one as string)))
})

test('a password that is no hash, a name with a colon and a name given twice are refused at load', (t) => {
  const password = '$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY'
  const users = [
    { name: 'a', password: 'hunter2' },
    { name: 'b:c', password },
  ]
  const load = (given: { name: string; password: string }[]) => {
    const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
    const routes = { any: route({ method: 'GET', path: '/', upstream: target, auth: basic({ realm: 'Shop', users: given }) }) }
    return t.throws(() => resolveGateway(defineGateway({ info: { title: 'T', version: '1.0.0' }, routes })), { instanceOf: ConfigError })
  }
  t.deepEqual(
    load(users)?.issues.map(({ path, message }) => [path.join('.'), message]),
    [
      ['routes.any.auth.users.0.password', 'expected a hash made by `gatewright keys hash --password`'],
      ['routes.any.auth.users.1.name', 'expected a name without colons and control characters, got "b:c"'],
    ],
  )
  const twice = load([
    { name: 'é', password },
    { name: 'e\u0301', password },
  ])
  t.like(twice?.issues[0], { message: 'another user is called "é"' })
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a login lets pass and does not reach the upstream`, async (t) => {
    const backend = await startUpstream(t)
    const target = upstream('target', { targets: [backend.url] })
    const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth, lifecycle }) })
    const good = await fetch(gateway.url, { headers: { authorization: login('ada:correct horse') } })
    t.is(good.status, 200)
    t.is(backend.requests[0]?.headers['authorization'], undefined)
    const none = await fetch(gateway.url)
    t.deepEqual([none.status, none.headers.get('www-authenticate')], [401, CHALLENGE])
    t.is(backend.requests.length, 1)
  })
