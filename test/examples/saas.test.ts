import test from 'ava'
import { resolveGateway } from 'gatewright'
import config from '../../examples/saas/gateway.config.js'
import { freePorts } from '../helpers/free-ports.js'
import { portsClose, runScript } from '../helpers/processes.js'
import { redisTest } from '../helpers/redis.js'

const MAIN = 'examples/saas/main.ts'

async function envFor(redisUrl: string) {
  const ports = await freePorts(2)
  const SAAS_REDIS_PREFIX = `saas-${process.pid}-${ports[0]}`
  const env = { SAAS_GATEWAY_PORT: String(ports[0]), SAAS_SERVICE_PORT: String(ports[1]), SAAS_REDIS_URL: redisUrl, SAAS_REDIS_PREFIX }
  return { ports, env }
}

test('every route of tenants has their key, pace and quota', (t) => {
  const { routes } = resolveGateway(config)
  t.deepEqual(
    routes.map(({ id, auth, policies }) => `${id} ${auth?.name} ${policies.map(({ key }) => key).join(' ')}`),
    ['projects.list api-key pace monthly identity', 'projects.create api-key pace monthly identity', 'hooks.billing webhook '],
  )
})

redisTest('any', 'one session of two tenants and a billing provider is played, and every check holds', async (t, redis) => {
  const { ports, env } = await envFor(redis.url)
  const { code, output } = await runScript(t, MAIN, ['--once'], env).ended
  t.is(code, 0, output)
  for (const line of [
    /✓ with one character of the key changed: 401 INVALID_CREDENTIALS/,
    /✓ globex does not see it/,
    /✓ the free plan has 10 requests a month: 10, 429 QUOTA_EXCEEDED/,
    /✓ a key of the plan pro goes on/,
    /✓ the old key says until when it is good/,
    /✓ pro is 60 a minute/,
    /✓ a signed report reaches the service/,
    /✓ the same report once more: 401 INVALID_CREDENTIALS/,
    /✓ a revoked key: 401/,
    /All 14 checks held\./,
  ])
    t.regex(output, line)
  t.true(await portsClose(ports, 5_000))
})

test('without a Redis the session ends with a word on it', async (t) => {
  const { env } = await envFor('redis://127.0.0.1:1')
  const { code, output } = await runScript(t, MAIN, ['--once'], env).ended
  t.is(code, 1)
  t.regex(output, /Redis of `--redis` cannot be reached/)
})
