import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { createProject } from './create-project.js'
import { startGatewright } from './run-gatewright.js'

const config = `import { defineGateway, env, route, upstream } from 'gatewright'
import { path } from './path.js'
const users = upstream('users', { targets: [env('GATEWRIGHT_TEST_TARGET')] })
export default defineGateway({
  info: { title: 'T', version: '1' },
  log: { level: 'silent' },
  routes: { a: route({ method: 'GET', path, upstream: users }) },
})
`

test('dev follows the config, what it imports and .env; a bad change keeps the last good config', async (t) => {
  const cwd = await createProject(t, {
    'gateway.config.ts': config,
    'path.ts': `export const path = '/one' as const`,
    '.env': 'GATEWRIGHT_TEST_TARGET=http://127.0.0.1:1',
  })
  const cli = startGatewright(t, ['dev', '--port', '0', '--admin-port', '0'], { cwd })
  const [, url] = await cli.printed(/gateway {2}(http:\/\/127\.0\.0\.1:\d+)/)
  await cli.printed(/admin/)
  const statusOf = async (path: string) => (await fetch(`${url}${path}`)).status
  t.deepEqual([await statusOf('/one'), await statusOf('/two')], [502, 404])

  await writeFile(join(cwd, 'path.ts'), `export const path = '/two' as const`)
  await cli.printed(/✓ reloaded in \d+ ms: 1 route\n/)
  t.deepEqual([await statusOf('/one'), await statusOf('/two')], [404, 502])

  await writeFile(join(cwd, 'path.ts'), `export const path = 'three' as const`)
  await cli.printed(/error\[GW1201\] routes\.a\.path: .*\n {2}--> path\.ts:1:21[\s\S]*keeping the last good config\n/)
  t.is(await statusOf('/two'), 502)

  await rm(join(cwd, 'path.ts'))
  await cli.printed(/error\[GW1902\]: could not resolve "\.\/path\.js"[\s\S]*keeping the last good config\n/)
  t.is(await statusOf('/two'), 502)

  await writeFile(join(cwd, 'path.ts'), `export const path = '/four' as const`)
  await cli.printed(/(reloaded[\s\S]*){2}/)
  t.is(await statusOf('/four'), 502)

  await rm(join(cwd, '.env'))
  await cli.printed(/error\[GW1004\][^\n]*GATEWRIGHT_TEST_TARGET is not set/)
  await writeFile(join(cwd, '.env.local'), 'GATEWRIGHT_TEST_TARGET=http://127.0.0.1:2')
  await cli.printed(/(reloaded[\s\S]*){3}/)

  cli.child.kill('SIGTERM')
  t.is(await cli.exit, 0)
})

test('dev that starts on a bad config waits until it is mended', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': config, 'path.ts': 'export const = 1' })
  const cli = startGatewright(t, ['dev', '--port', '0', '--admin-port', '0'], {
    cwd,
    env: { GATEWRIGHT_TEST_TARGET: 'http://127.0.0.1:1' },
  })
  await cli.printed(/error\[GW1902\][\s\S]*waiting for a change\n/)
  await writeFile(join(cwd, 'path.ts'), `export const path = '/one' as const`)
  const [, url] = await cli.printed(/gateway {2}(http:\S+)/)
  t.is((await fetch(`${url}/one`)).status, 502)
})

test('dev --mock answers without the upstream', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': config, 'path.ts': `export const path = '/one' as const` })
  const env = { GATEWRIGHT_TEST_TARGET: 'http://127.0.0.1:1' }
  const cli = startGatewright(t, ['dev', '--mock', '--port', '0', '--admin-port', '0'], { cwd, env })
  const [, url] = await cli.printed(/gateway {2}(http:\/\/127\.0\.0\.1:\d+)/)
  t.is((await fetch(`${url}/one`)).status, 204)
  cli.child.kill('SIGTERM')
  t.is(await cli.exit, 0)
})
