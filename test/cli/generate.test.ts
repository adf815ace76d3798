import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createProject } from './create-project.js'
import { runInProcess } from './run-in-process.js'

const config = `import { defineGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const User = z.object({ id: z.string() }).meta({ id: 'User' })
export default defineGateway({
  info: { title: 'Users', version: '1.0.0' },
  routes: {
    users: {
      /** Returns one user. Whoever may see it. */
      get: route({ method: 'GET', path: '/users/{id}', upstream: users, responses: { 200: User } }),
      remove: route({ method: 'DELETE', path: '/users/{id}', upstream: users, internal: true, responses: { 204: 'empty' } }),
    },
    orders: { list: route({ method: 'GET', path: '/orders', upstream: users, responses: { 200: z.array(User) } }) },
  },
})
`
const withoutOrders = config.replace(/\n {4}orders: .*/, '')

async function project(t: ExecutionContext) {
  const cwd = await createProject(t, { 'gateway.config.ts': config })
  const generate = (...args: string[]) => runInProcess(['generate', ...args], cwd)
  return { cwd, generate, out: join(cwd, 'generated') }
}

test('generate writes the documents and the client, and a second run changes nothing', async (t) => {
  const { generate, out } = await project(t)
  const first = await generate()
  t.is(first.code, 0, first.stderr)
  t.regex(first.stdout, /^created {2}generated\/openapi\.json\ncreated {2}generated\/openapi\.yaml\ncreated {2}generated\/client\//)
  const document = JSON.parse(await readFile(join(out, 'openapi.json'), 'utf8'))
  t.deepEqual(Object.keys(document.paths), ['/users/{id}', '/orders'])
  t.like(document.paths['/users/{id}'].get, { summary: 'Returns one user.', description: 'Whoever may see it.' })
  t.is(document.paths['/users/{id}'].delete, undefined)
  const { mtimeMs } = await stat(join(out, 'openapi.json'))
  const second = await generate()
  t.regex(second.stdout, /^✓ generated: \d+ files, up to date\n$/)
  t.is((await stat(join(out, 'openapi.json'))).mtimeMs, mtimeMs)
})

test('--internal has the internal routes too', async (t) => {
  const { generate, out } = await project(t)
  await generate('--internal')
  t.truthy(JSON.parse(await readFile(join(out, 'openapi.json'), 'utf8')).paths['/users/{id}'].delete)
})

test('--check lists what is not up to date, writes nothing and exits with 1', async (t) => {
  const { cwd, generate, out } = await project(t)
  const missing = await generate('--check')
  t.is(missing.code, 1)
  t.regex(missing.stdout, /^missing {2}generated\/openapi\.json\n/)
  await t.throwsAsync(readdir(out), { code: 'ENOENT' })
  await generate()
  t.is((await generate('--check')).code, 0)
  await writeFile(join(cwd, 'gateway.config.ts'), withoutOrders)
  const { code, stdout, stderr } = await generate('--check')
  t.is(code, 1)
  t.regex(stdout, /differs {2}generated\/openapi\.json\n/)
  t.regex(stdout, /stale {4}generated\/client\/orders\.ts\n/)
  t.regex(stderr, /^\d+ files not up to date; run `gatewright generate`\n$/)
})

test('a client file that nothing emits any more is removed; one that was not generated stays', async (t) => {
  const { cwd, generate, out } = await project(t)
  await generate()
  await writeFile(join(out, 'client/mine.ts'), 'export {}\n')
  await writeFile(join(cwd, 'gateway.config.ts'), withoutOrders)
  const { code, stdout } = await generate()
  t.is(code, 0)
  t.regex(stdout, /removed {2}generated\/client\/orders\.ts\n/)
  const names = await readdir(join(out, 'client'))
  t.true(names.includes('mine.ts'))
  t.false(names.includes('orders.ts'))
})

test('a file that was not generated is never overwritten: nothing is written at all', async (t) => {
  const { generate, out } = await project(t)
  await generate()
  await writeFile(join(out, 'client/users.ts'), 'export const mine = 1\n')
  await rm(join(out, 'openapi.yaml'))
  const { code, stderr } = await generate()
  t.is(code, 1)
  t.regex(stderr, /^error\[GW1904\]: client\/users\.ts in .*generated was not generated, and would be overwritten\n/)
  t.is(await readFile(join(out, 'client/users.ts'), 'utf8'), 'export const mine = 1\n')
  t.false((await readdir(out)).includes('openapi.yaml'))
})

test('a place that cannot be written is refused, and nothing is left', async (t) => {
  const { cwd } = await project(t)
  await writeFile(join(cwd, 'taken'), 'mine')
  const refused = 'error[GW1904]: cannot write to taken: a file is in the place of a folder\n  help: name another folder with --out\n'
  for (const args of [['generate'], ['generate', '--check'], ['build']]) {
    const { code, stderr } = await runInProcess([...args, '--out', 'taken'], cwd)
    t.deepEqual({ code, stderr }, { code: 1, stderr: refused })
  }
  t.is(await readFile(join(cwd, 'taken'), 'utf8'), 'mine')
})
