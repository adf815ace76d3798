import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import test from 'ava'
import { createProject } from './create-project.js'
import { runGatewright } from './run-gatewright.js'
import { runInProcess } from './run-in-process.js'

const FIVE = resolve(import.meta.dirname, '../fixtures/five-mistakes')

const valid = `import { defineGateway, route, upstream } from 'gatewright'
const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
export default defineGateway({ info: { title: 'T', version: '1' }, routes: { a: route({ method: 'GET', path: '/a', upstream: users }) } })
`

test('five different mistakes in two files are all printed with their places, and check exits with 1', async (t) => {
  const { code, stdout, stderr } = await runGatewright(t, ['check'], { cwd: FIVE })
  t.is(stderr, await readFile(join(FIVE, 'output.txt'), 'utf8'))
  t.is(stdout, '')
  t.is(code, 1)
})

test('with --json the same mistakes are data on standard output', async (t) => {
  const { code, stdout, stderr } = await runInProcess(['check', '--json'], FIVE)
  const { ok, issues } = JSON.parse(stdout)
  t.false(ok)
  t.deepEqual(
    issues.map((issue: Record<string, unknown>) => [issue['code'], issue['path'], issue['file'], issue['line'], issue['column']]),
    [
      ['GW1004', 'use.flood.name', 'gateway.config.ts', 6, 58],
      ['GW1202', 'routes.orders.report.path', 'gateway.config.ts', 13, 15],
      ['GW1101', 'routes.orders.create.upstream', 'gateway.config.ts', 16, 66],
      ['GW1204', 'routes.profile', 'gateway.config.ts', 18, 14],
      ['GW1205', 'routes.users.byName', 'src/users.ts', 11, 19],
    ],
  )
  t.deepEqual(issues[3].related, { message: '`users.list` is declared here', file: 'src/users.ts', line: 9, column: 17 })
  t.is(stderr, '')
  t.is(code, 1)
})

test('a valid config is counted, and check exits with 0', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': valid })
  const plain = await runInProcess(['check'], cwd)
  t.deepEqual(plain, { code: 0, stdout: '✓ gateway.config.ts: 1 route, 1 upstream\n', stderr: '' })
})

test('a config of another name, in another folder, is named with --config', async (t) => {
  const cwd = await createProject(t, { 'edge/main.config.ts': valid })
  const { code, stdout } = await runInProcess(['check', '--config', 'edge/main.config.ts', '--json'], cwd)
  t.deepEqual(JSON.parse(stdout), { ok: true, routes: 1, upstreams: 1, issues: [] })
  t.is(code, 0)
})

test('a config that keeps a timer running does not keep check from ending', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': `${valid}setInterval(() => {}, 1_000)\n` })
  const { code } = await runGatewright(t, ['check'], { cwd })
  t.is(code, 0)
})
