import test from 'ava'
import { ConfigError, defineGateway, env, type GatewayOptions, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { envFailureIn, isEnvFailure } from '../../sdk/env.js'

test.before(() => {
  process.env['GW_TEST_SET'] = 'value'
  process.env['GW_TEST_PORT'] = '4001'
  process.env['GW_TEST_EMPTY'] = ''
  delete process.env['GW_TEST_UNSET']
})

const resolve = (server: unknown, target = 'http://127.0.0.1:1') => {
  const users = upstream('users', { targets: [target] })
  const options = {
    info: { title: 'T', version: '1' },
    server,
    routes: { all: route({ method: '*', path: '/{path*}', upstream: users }) },
  } as unknown as GatewayOptions
  try {
    resolveGateway(defineGateway(options))
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues
  }
}

test('a variable is read as text, or as its schema says', (t) => {
  t.is(env('GW_TEST_SET'), 'value')
  t.is(env('GW_TEST_PORT', z.coerce.number().int()), 4001)
  t.is(env('GW_TEST_UNSET', z.string().default('fallback')), 'fallback')
})

test('a missing, empty or invalid variable does not throw; it leaves a mark', (t) => {
  for (const value of [env('GW_TEST_UNSET'), env('GW_TEST_EMPTY'), env('GW_TEST_SET', z.coerce.number())] as unknown[])
    t.true(isEnvFailure(value))
  t.false(isEnvFailure('text'))
  t.false(isEnvFailure(null))
  t.is(envFailureIn(`http://${env('GW_TEST_UNSET')}:80`), 'environment variable GW_TEST_UNSET is not set')
  t.is(envFailureIn('http://127.0.0.1'), undefined)
})

test('loading reports a missing variable once, at the call of env, and not also as a wrong type', (t) => {
  const missing = env('GW_TEST_UNSET')
  const [issue, ...others] = resolve({ host: missing })
  t.deepEqual(others, [])
  t.like(issue, { code: 'GW1004', path: ['server', 'host'], message: 'environment variable GW_TEST_UNSET is not set' })
  t.regex(issue?.origin?.stamp.stack ?? '', /env\.test\.ts/)
})

test('loading says why a variable is invalid', (t) => {
  const [issue] = resolve({ port: env('GW_TEST_SET', z.coerce.number()) })
  t.is(issue?.code, 'GW1004')
  t.regex(issue?.message ?? '', /^environment variable GW_TEST_SET is invalid: /)
})

test('loading finds a missing variable inside an interpolated text', (t) => {
  const issues = resolve({}, `http://${env('GW_TEST_UNSET')}:4001`)
  t.deepEqual(
    issues.map(({ code, message }) => [code, message]),
    [['GW1004', 'environment variable GW_TEST_UNSET is not set']],
  )
})

test('a missing variable hides no other issue', (t) => {
  const issues = resolve({ host: env('GW_TEST_UNSET'), port: -1 })
  t.deepEqual(issues.map(({ code }) => code).sort(), ['GW1002', 'GW1004'])
})
