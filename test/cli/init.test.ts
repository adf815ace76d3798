import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import test from 'ava'
import { createProject } from './create-project.js'
import { runInProcess } from './run-in-process.js'

const FILES = [
  '.gitignore',
  'README.md',
  'gateway.config.ts',
  'gateway.test.mjs',
  'package.json',
  'service.mjs',
  'start.mjs',
  'tsconfig.json',
]
const own = JSON.parse(await readFile(resolve(import.meta.dirname, '../../package.json'), 'utf8'))

test('init makes a project whose config is valid and whose gatewright is the one that made it', async (t) => {
  const cwd = await createProject(t, {})
  const { code, stdout } = await runInProcess(['init', 'My Shop_edge'], cwd)
  t.is(code, 0)
  t.true(stdout.endsWith('\nNext:\n  cd "My Shop_edge" && npm install && npm start\n'))
  t.deepEqual((await readdir(join(cwd, 'My Shop_edge'))).sort(), FILES.sort())
  const made = JSON.parse(await readFile(join(cwd, 'My Shop_edge/package.json'), 'utf8'))
  t.is(made.name, 'my-shop_edge')
  t.deepEqual(made.dependencies, { gatewright: `^${own.version}`, zod: own.dependencies.zod })
  t.regex(await readFile(join(cwd, 'My Shop_edge/gateway.config.ts'), 'utf8'), /title: 'My shop edge'/)
  const checked = await runInProcess(['check', '--config', 'My Shop_edge/gateway.config.ts'], cwd)
  t.is(checked.stdout, '✓ My Shop_edge/gateway.config.ts: 2 routes, 1 upstream\n')
})

test('another gatewright can be named, for trying a package before it is published', async (t) => {
  const cwd = await createProject(t, {})
  await runInProcess(['init', 'x', '--gatewright', 'file:../x.tgz'], cwd)
  t.is(JSON.parse(await readFile(join(cwd, 'x/package.json'), 'utf8')).dependencies.gatewright, 'file:../x.tgz')
})

test('a folder that holds something is refused and left as it is', async (t) => {
  const cwd = await createProject(t, { 'full/notes.txt': 'mine' })
  const { code, stderr } = await runInProcess(['init', 'full'], cwd)
  t.is(stderr, 'error[GW1904]: full is not empty: it has notes.txt\n  help: name a new folder\n')
  t.is(code, 1)
  t.deepEqual(await readdir(join(cwd, 'full')), ['notes.txt'])
})

test('a file in the place of the folder is refused', async (t) => {
  const cwd = await createProject(t, { taken: 'x' })
  const { code, stderr } = await runInProcess(['init', 'taken'], cwd)
  t.is(stderr, 'error[GW1904]: taken is a file\n  help: name a new folder\n')
  t.is(code, 1)
})

test('an empty folder, and one with nothing but a repository, are filled', async (t) => {
  const cwd = await createProject(t, {})
  await mkdir(join(cwd, 'repo/.git'), { recursive: true })
  t.is((await runInProcess(['init', '.'], join(cwd, 'repo'))).code, 0)
  t.deepEqual((await readdir(join(cwd, 'repo'))).sort(), ['.git', ...FILES].sort())
})

test('where the folder cannot be made, nothing is', async (t) => {
  const cwd = await createProject(t, {})
  await writeFile(join(cwd, 'file'), '')
  const { code } = await runInProcess(['init', 'file/inner'], cwd)
  t.not(code, 0)
  t.deepEqual((await readdir(cwd)).sort(), ['file', 'node_modules'])
})
