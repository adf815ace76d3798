import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { apiKeyFormat, hashApiKey } from '../../runtime/auth/api-key-format.js'
import { isPassword, parsePasswordHash } from '../../runtime/auth/password-hash.js'
import { redisTest } from '../helpers/redis.js'
import { createProject } from './create-project.js'
import { runInProcess } from './run-in-process.js'

test('keys mint without a store prints the key on standard output, and the record beside it', async (t) => {
  const cwd = await createProject(t, {})
  const args = ['keys', 'mint', '--consumer', 'acme', '--prefix', 'shop', '--metadata', '{"tier":"gold"}', '--expires', '2031-01-01']
  const { code, stdout, stderr } = await runInProcess(args, cwd)
  t.is(code, 0)
  const key = stdout.trim()
  t.true(apiKeyFormat('shop')(key))
  t.false(stderr.includes(key))
  const record = JSON.parse(stderr.slice(stderr.indexOf('{', stderr.indexOf('apiKey({ … })') + 12)))
  t.deepEqual(record, {
    id: `key_${hashApiKey(key).slice(7, 19)}`,
    hash: hashApiKey(key),
    consumer: 'acme',
    metadata: { tier: 'gold' },
    expires: '2031-01-01T00:00:00.000Z',
  })
})

test('keys in a file are minted, listed, made to expire and revoked', async (t) => {
  const cwd = await createProject(t, {})
  const run = (...args: string[]) => runInProcess(['keys', ...args, '--file', 'keys.json'], cwd)
  const read = () => JSON.parse(readFileSync(join(cwd, 'keys.json'), 'utf8'))
  const { key, record, stored } = JSON.parse((await run('mint', '--consumer', 'acme', '--id', 'one', '--json')).stdout)
  t.true(stored)
  t.deepEqual(read(), [{ id: 'one', hash: hashApiKey(key), consumer: 'acme' }])
  t.deepEqual(record, read()[0])
  t.is(statSync(join(cwd, 'keys.json')).mode & 0o777, 0o600)
  t.is((await run('mint', '--consumer', 'b', '--id', 'one')).code, 1)
  await run('mint', '--consumer', 'acme', '--id', 'two')
  t.is((await run('expire', 'one', '2031-01-01T00:00:00Z')).code, 0)
  t.is((await run('list')).stdout, 'ID   CONSUMER  EXPIRES\none  acme      2031-01-01T00:00:00.000Z\ntwo  acme      -\n')
  const before = Date.now()
  await run('expire', 'one', '7d')
  t.true(Date.parse(read()[0].expires) - before >= 7 * 86_400_000)
  t.is((await run('revoke', 'one')).code, 0)
  t.deepEqual(JSON.parse((await run('list', '--json')).stdout), [read()[0]])
  t.is(read()[0].id, 'two')
  for (const args of [
    ['revoke', 'one'],
    ['expire', 'one', '1d'],
  ]) {
    const { code, stderr } = await run(...args)
    t.deepEqual([code, stderr.includes('there is no key with the id "one"')], [1, true])
  }
})

test('what cannot be used is said, and nothing is written', async (t) => {
  const cwd = await createProject(t, { 'bad.json': '[{"id":1}]' })
  const cases: [string[], string][] = [
    [['mint'], 'required option `--consumer <name>` not specified'],
    [['mint', '--consumer', 'a', '--expires', 'soon'], '`--expires` takes a time'],
    [['mint', '--consumer', 'a', '--prefix', 'A'], '`--prefix` takes'],
    [['mint', '--consumer', 'a', '--metadata', '{'], '`--metadata` takes JSON'],
    [['mint', '--consumer', 'a', '--file', 'a', '--redis', 'redis://x'], 'expected one of `--file` and `--redis`'],
    [['mint', '--consumer', 'a', '--redis', 'http://x'], '`--redis` takes'],
    [['list'], 'expected `--file` or `--redis`'],
    [['list', '--file', 'bad.json'], 'bad.json is no list of key records: 0.id'],
    [['hash'], 'nothing was sent on standard input'],
  ]
  for (const [args, message] of cases) {
    const { code, stderr } = await runInProcess(['keys', ...args], cwd)
    t.is(code, 1)
    t.true(stderr.includes(message), stderr)
  }
})

test('keys hash reads the secret from standard input', async (t) => {
  const cwd = await createProject(t, {})
  t.is((await runInProcess(['keys', 'hash'], cwd, 'gw_key\n')).stdout, `${hashApiKey('gw_key')}\n`)
  const hashed = (await runInProcess(['keys', 'hash', '--password'], cwd, 'correct horse\r\n')).stdout.trim()
  t.true(await isPassword('correct horse', parsePasswordHash(hashed)))
})

redisTest('any', 'keys in Redis are minted, listed and revoked', async (t, redis) => {
  const cwd = await createProject(t, {})
  const run = (...args: string[]) => runInProcess(['keys', ...args, '--redis', redis.url, '--redis-prefix', 'cli'], cwd)
  t.is((await run('mint', '--consumer', 'acme', '--id', 'one')).code, 0)
  t.is((await run('mint', '--consumer', 'acme', '--id', 'two')).code, 0)
  t.is((await run('mint', '--consumer', 'acme', '--id', 'two')).code, 1)
  t.is((await run('expire', 'two', '2031-01-01')).code, 0)
  t.is((await run('revoke', 'one')).code, 0)
  t.is((await run('list')).stdout, 'ID   CONSUMER  EXPIRES\ntwo  acme      2031-01-01T00:00:00.000Z\n')
  await run('revoke', 'two')
})
