import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createProject } from './create-project.js'
import { runGatewright, startGatewright } from './run-gatewright.js'

const FREE = ['--host', '127.0.0.1', '--port', '0', '--admin-port', '0']

function configFor(target: string, more = ''): string {
  return `import { defineGateway, route, upstream } from 'gatewright'
const users = upstream('users', { targets: ['${target}'] })
export default defineGateway({
  info: { title: 'T', version: '1' },
  server: { preStop: '50ms', drain: '10s' },
  routes: { a: route({ method: 'GET', path: '/a', upstream: users${more} }) },
})
`
}

async function listening(t: ExecutionContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A service whose answer to the next request is held until it is let go. */
async function slowService(t: ExecutionContext) {
  const server = createServer()
  const target = await listening(t, server)
  return { target, request: once(server, 'request') as Promise<[unknown, { end(text: string): void }]> }
}

test.serial('start serves, says where, and ends with 0 after SIGTERM when the request in flight is answered', async (t) => {
  const { target, request } = await slowService(t)
  const cwd = await createProject(t, { 'gateway.config.ts': configFor(target) })
  const cli = startGatewright(t, ['start', ...FREE], { cwd })
  const [, url] = await cli.printed(/gateway {2}(http:\S+)\n {2}admin {4}http:\S+\n/)
  t.regex(cli.stderr(), /^gatewright \d+\.\d+\.\d+ {2}gateway\.config\.ts, 1 route\n/)
  const answer = fetch(`${url}/a`)
  const [, response] = await request
  cli.child.kill('SIGTERM')
  await cli.printed(/SIGTERM: stopping after requests in flight/)
  response.end('late')
  t.is(await (await answer).text(), 'late')
  t.is(await cli.exit, 0)
})

test.serial('SIGINT does not wait for readiness to be seen, and a second signal ends at once with 1', async (t) => {
  const { target, request } = await slowService(t)
  const cwd = await createProject(t, { 'gateway.config.ts': configFor(target).replace('50ms', '30s') })
  const cli = startGatewright(t, ['start', ...FREE], { cwd })
  const [, url] = await cli.printed(/gateway {2}(http:\S+)/)
  const answer = fetch(`${url}/a`)
  await request
  cli.child.kill('SIGINT')
  await cli.printed(/SIGINT: stopping/)
  cli.child.kill('SIGINT')
  await t.throwsAsync(answer)
  t.is(await cli.exit, 1)
})

test.serial('a config that is wrong is not started: its mistakes are printed and the exit code is 1', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': configFor('http://127.0.0.1:1', `, sumary: 'x'`) })
  const { code, stderr } = await runGatewright(t, ['start', ...FREE], { cwd })
  t.regex(stderr, /^error\[GW1003\] routes\.a\.sumary: unknown key `sumary`\n {2}--> gateway\.config\.ts:6:\d+\n/)
  t.is(code, 1)
})

test.serial('a port that is taken is named, and the exit code is 1', async (t) => {
  const taken = new URL(await listening(t, createServer())).port
  const cwd = await createProject(t, { 'gateway.config.ts': configFor('http://127.0.0.1:1') })
  const { code, stderr } = await runGatewright(t, ['start', '--host', '127.0.0.1', '--port', taken, '--admin-port', '0'], { cwd })
  t.is(
    stderr,
    `error[GW1905] server.port: 127.0.0.1:${taken} is already in use\n  help: choose another port with --port, or stop what uses it\n`,
  )
  t.is(code, 1)
})

const LOG_IMPORTS = `data:text/javascript,${encodeURIComponent(`import { writeSync } from 'node:fs'
export async function resolve(specifier, context, next) {
  if (/^(esbuild|ts-morph|@hapi\\/h2o2|hapi-auth-jwt2|jose(\\/.*)?)$/.test(specifier) && /\\/(generator|runtime)\\//.test(context.parentURL ?? '')) writeSync(2, 'loads ' + specifier + '\\n')
  return next(specifier, context)
}`)}`
const REGISTER = `--import=data:text/javascript,${encodeURIComponent(`import { register } from 'node:module'\nregister(${JSON.stringify(LOG_IMPORTS)})`)}`

test.serial(
  'what build wrote is started without esbuild and ts-morph, and without h2o2, hapi-auth-jwt2 and jose if no route needs them',
  async (t) => {
    const target = await listening(
      t,
      createServer((_request, response) => response.end('built')),
    )
    const source = configFor(target).replaceAll('users', 'members')
    const cwd = await createProject(t, { 'gateway.config.ts': source })
    const built = await runGatewright(t, ['build'], { cwd, nodeArgs: [REGISTER] })
    t.regex(built.stdout, /^✓ dist\/gateway\.mjs: 1 route, \d\.\d kB; with what runs it \d+ files, \d+\.\d kB\n$/)
    t.regex(built.stderr, /^(loads esbuild\n)+$/)
    const cli = startGatewright(t, ['start', ...FREE], { cwd, nodeArgs: [REGISTER] })
    const [, url] = await cli.printed(/gateway {2}(http:\S+)/)
    t.is(await (await fetch(`${url}/a`)).text(), 'built')
    t.regex(cli.stderr(), /^gatewright \S+ {2}dist\/gateway\.mjs, 1 route\n/)
    cli.child.kill('SIGINT')
    t.is(await cli.exit, 0)
    t.notRegex(cli.stderr(), /loads/)
  },
)

const LOG_FILES = `data:text/javascript,${encodeURIComponent(`import { writeSync } from 'node:fs'
export async function load(url, context, next) {
  const [, package_] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
  if (package_ !== undefined) writeSync(2, 'loads ' + package_ + '\\n')
  return next(url, context)
}`)}`

test.serial(
  'what build wrote runs with the packages it was built with: only what is left outside is loaded from where it is installed',
  async (t) => {
    const source = configFor('http://127.0.0.1:1')
      .replace('import', `import picocolors from 'picocolors'\nimport { z } from 'zod'\nimport`)
      .replace(`version: '1'`, `version: z.string().parse(picocolors.reset('1'))`)
    const cwd = await createProject(t, { 'gateway.config.ts': source })
    await symlink(resolve('node_modules/picocolors'), join(cwd, 'node_modules/picocolors'))
    await mkdir(join(cwd, 'dist'))
    const [stale, other] = [join(cwd, 'dist', 'gateway-ABCDEFGH.mjs'), join(cwd, 'dist', 'gateway-other.mjs')]
    for (const file of [stale, other]) await writeFile(file, '')
    const built = await runGatewright(t, ['build', '--external', 'picocolors'], { cwd })
    t.is(built.code, 0, built.stderr)
    t.false(existsSync(stale))
    t.true(existsSync(other))
    const register = `--import=data:text/javascript,${encodeURIComponent(`import { register } from 'node:module'\nregister(${JSON.stringify(LOG_FILES)})`)}`
    const cli = startGatewright(t, ['start', ...FREE], { cwd, nodeArgs: [register] })
    const [, url] = await cli.printed(/gateway {2}(http:\S+)/)
    t.is((await fetch(`${url}/a`)).status, 502)
    cli.child.kill('SIGINT')
    t.is(await cli.exit, 0)
    const loaded = new Set(cli.stderr().match(/(?<=^loads )\S+/gm))
    t.true(loaded.has('picocolors'), cli.stderr())
    for (const name of ['zod', 'undici', '@hapi/hapi', 'pino']) t.false(loaded.has(name), name)
  },
)

test.serial('a mistake that only shows when a built config starts is placed in the source as it was built', async (t) => {
  const source = configFor('x').replace(`'x'`, `env('GATEWRIGHT_TEST_TARGET')`).replace('{ defineGateway', '{ defineGateway, env')
  const cwd = await createProject(t, { 'gateway.config.ts': source })
  const built = await runGatewright(t, ['build'], { cwd, env: { GATEWRIGHT_TEST_TARGET: 'http://127.0.0.1:1' } })
  t.is(built.code, 0, built.stderr)
  await writeFile(join(cwd, 'gateway.config.ts'), '\n\n// rewritten since\n')
  const { code, stderr } = await runGatewright(t, ['start', ...FREE], { cwd, nodeArgs: [REGISTER] })
  t.is(
    stderr,
    `error[GW1004] routes.a.upstream.targets[0]: environment variable GATEWRIGHT_TEST_TARGET is not set
  --> gateway.config.ts:2:45
  1 | import { defineGateway, env, route, upstream } from 'gatewright'
  2 | const users = upstream('users', { targets: [env('GATEWRIGHT_TEST_TARGET')] })
    |                                             ^
  3 | export default defineGateway({
  4 |   info: { title: 'T', version: '1' },
  help: set it in the shell or in a .env file beside the config

1 problem in 1 file
`,
  )
  t.is(code, 1)
})
