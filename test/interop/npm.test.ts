import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { ExecutionContext } from 'ava'
import { route, upstream } from 'gatewright'
import { freePort } from '../helpers/free-ports.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { interopTest, type Workbench } from './workbench.js'

const verdaccio = join(dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')), 'bin/verdaccio')

/** A registry that knows no other: everyone reads, who has an account publishes. */
async function serveRegistry({ folder, serve }: Workbench): Promise<string> {
  const port = await freePort()
  const lines = [
    'storage: ./storage',
    'auth:',
    '  htpasswd: { file: ./htpasswd }',
    'packages:',
    '  "**": { access: $all, publish: $authenticated }',
    'max_body_size: 20mb',
    'log: { type: stdout, format: pretty, level: warn }',
  ]
  await writeFile(join(folder, 'verdaccio.yaml'), `${lines.join('\n')}\n`)
  await serve(process.execPath, [verdaccio, '--config', 'verdaccio.yaml', '--listen', `http://127.0.0.1:${port}`], /http address/)
  return `http://127.0.0.1:${port}`
}

/** Signs up as `npm adduser` does, and leaves the token where npm looks for it. */
async function signUp(t: ExecutionContext, registry: string, folder: string): Promise<void> {
  const response = await fetch(`${registry}/-/user/org.couchdb.user:ann`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ann', password: 'a secret of Ann', email: 'ann@example.org', type: 'user', roles: [] }),
  })
  t.is(response.status, 201)
  const { token } = (await response.json()) as { token: string }
  const lines = [`registry=${registry}/`, `${registry.replace('http:', '')}/:_authToken=${token}`, 'audit=false', 'fund=false']
  await writeFile(join(folder, '.npmrc'), `${lines.join('\n')}\n`)
}

async function writePackage(folder: string, manifest: object, files: Readonly<Record<string, string>> = {}): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; resolved?: string; integrity?: string }>>
}

for (const lifecycle of LANES)
  interopTest(['npm'], `${lifecycle}: npm publishes and installs scoped packages through the gateway`, async (t, bench) => {
    const { folder, must, run } = bench
    const gateway = await startGateway(t, {
      registry: route({
        method: '*',
        path: '/{path*}',
        upstream: upstream('registry', { targets: [await serveRegistry(bench)] }),
        lifecycle,
        encodedSlashes: 'keep',
        // The registry writes the addresses of its tarballs after the Host that it was asked for.
        host: 'preserve',
        bodyLimit: '16mb',
      }),
    })
    await signUp(t, gateway.url, folder)

    const large = randomBytes(1_500_000).toString('base64')
    await writePackage(join(folder, 'large'), { name: '@shop/large', version: '1.2.3', main: 'index.js' }, { 'index.js': `// ${large}\n` })
    const integrity = /"integrity": "(sha512-[^"]+)"/.exec(await must('npm', ['publish', '--json'], 'large'))?.[1] ?? ''
    await writePackage(join(folder, 'plain'), { name: 'plain', version: '0.1.0', dependencies: { '@shop/large': '^1.0.0' } })
    await must('npm', ['publish'], 'plain')
    const again = await run('npm', ['publish'], 'plain')
    t.not(again.code, 0)
    t.regex(again.output, /E409|previously published|over the/, 'the registry’s refusal reaches npm')

    await writePackage(join(folder, 'app'), { name: 'app', private: true })
    await must('npm', ['install', 'plain'], 'app')
    const lock = JSON.parse(await readFile(join(folder, 'app', 'package-lock.json'), 'utf8')) as Lock
    const installed = lock.packages['node_modules/@shop/large']
    t.is(installed?.version, '1.2.3')
    t.is(installed?.integrity, integrity)
    t.true(installed?.resolved?.startsWith(`${gateway.url}/@shop/large/-/`))
    t.is(await readFile(join(folder, 'app/node_modules/@shop/large/index.js'), 'utf8'), `// ${large}\n`)
    t.is((await must('npm', ['view', '@shop/large', 'version'], 'app')).trim(), '1.2.3')

    // The same tarball against another checksum: what npm verified is what came through the gateway.
    const forged = JSON.stringify(lock).replace(integrity, `sha512-${randomBytes(64).toString('base64')}`)
    await writeFile(join(folder, 'app', 'package-lock.json'), forged)
    const refused = await run('npm', ['ci', '--prefer-online', '--cache', join(folder, 'no-cache')], 'app')
    t.not(refused.code, 0)
    t.regex(refused.output, /EINTEGRITY/)
  })
