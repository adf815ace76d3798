import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ConfigError, route } from 'gatewright'
import { loadConfig } from '../../generator/load/load-config.js'
import { createProject } from '../cli/create-project.js'

async function failureOf(t: ExecutionContext, folder: string, file = 'gateway.config.ts') {
  const error = await t.throwsAsync(loadConfig(file, { cwd: folder }), { instanceOf: ConfigError })
  return error.issues.map(({ code, message, hint, position }) => ({
    code,
    message: message.replaceAll(folder, '<folder>'),
    hint,
    at: position && `${position.file.replace(`${folder}/`, '')}:${position.line}:${position.column}`,
  }))
}

const leftovers = async (folder: string) => (await readdir(folder)).filter((name) => name.startsWith('.gateway'))

test('a config and its local imports are run, and all of them are inputs', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import { title } from './src/title.js'\nenum Kind { A = 'a' }\nexport default { title, kind: Kind.A } satisfies object`,
    'src/title.ts': `export const title: string = 'Shop'`,
  })
  const { gateway, inputs, imports } = await loadConfig('gateway.config.ts', { cwd: folder })
  t.deepEqual(gateway, { title: 'Shop', kind: 'a' })
  t.deepEqual([...inputs].sort(), [join(folder, 'gateway.config.ts'), join(folder, 'src/title.ts')])
  t.is(imports.get(join(folder, 'gateway.config.ts'))?.get('./src/title.js'), join(folder, 'src/title.ts'))
})

test('the config gets the copy of gatewright that loads it', async (t) => {
  const folder = await createProject(t, { 'gateway.config.ts': `import { route } from 'gatewright'\nexport default { route }` })
  const { gateway } = await loadConfig('gateway.config.ts', { cwd: folder })
  t.is((gateway as { route: unknown }).route, route)
})

test('a config may wait at the top level', async (t) => {
  const folder = await createProject(t, { 'gateway.config.ts': `export default await Promise.resolve('waited')` })
  t.is((await loadConfig('gateway.config.ts', { cwd: folder })).gateway, 'waited')
})

test('a workspace package that consists of TypeScript is taken in; an installed one is not', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import { z } from 'zod'\nimport { answer } from '#shared'\nexport default { answer, z: typeof z.object }`,
    'packages/shared/index.ts': `export const answer: number = 42`,
    'package.json': JSON.stringify({ type: 'module', imports: { '#shared': './packages/shared/index.ts' } }),
  })
  const { gateway, inputs } = await loadConfig('gateway.config.ts', { cwd: folder })
  t.deepEqual(gateway, { answer: 42, z: 'function' })
  t.deepEqual([...inputs].sort(), [join(folder, 'gateway.config.ts'), join(folder, 'packages/shared/index.ts')])
})

test('import.meta means the file it is written in', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import { text } from './deep/read.js'\nexport default [import.meta.dirname, text]`,
    'deep/read.ts': `import { readFileSync } from 'node:fs'\nexport const text = readFileSync(new URL('./key.pem', import.meta.url), 'utf8')`,
    'deep/key.pem': 'PEM',
  })
  t.deepEqual((await loadConfig('gateway.config.ts', { cwd: folder })).gateway, [folder, 'PEM'])
})

test('nothing is left beside the config, whether it runs or throws', async (t) => {
  const folder = await createProject(t, { 'a/ok.config.ts': 'export default 1', 'a/bad.config.ts': 'throw new Error()' })
  await loadConfig('a/ok.config.ts', { cwd: folder })
  await failureOf(t, folder, 'a/bad.config.ts')
  t.deepEqual(await leftovers(join(folder, 'a')), [])
})

test.serial('variables come from .env and .env.local, the latter first, and never replace one that is set', async (t) => {
  process.env['GATEWRIGHT_TEST_SET'] = 'shell'
  t.teardown(() => {
    for (const name of ['SET', 'A', 'B']) delete process.env[`GATEWRIGHT_TEST_${name}`]
  })
  const folder = await createProject(t, {
    '.env': 'GATEWRIGHT_TEST_SET=file\nGATEWRIGHT_TEST_A=env\nGATEWRIGHT_TEST_B="two words"\n',
    '.env.local': 'GATEWRIGHT_TEST_A=local\n',
    'gateway.config.ts': `export default ['SET', 'A', 'B'].map((name) => process.env[\`GATEWRIGHT_TEST_\${name}\`])`,
  })
  t.deepEqual((await loadConfig('gateway.config.ts', { cwd: folder })).gateway, ['shell', 'local', 'two words'])
})

test('GW1901: there is no such file', async (t) => {
  const folder = await createProject(t, {})
  const [issue] = await failureOf(t, folder)
  t.like(issue, { code: 'GW1901', message: 'there is no file gateway.config.ts', at: undefined })
})

test('GW1902: every syntax error has its place, counted in characters', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import './a.js'\nimport './b.js'\nexport default 1`,
    'a.ts': `const name = 'é→😀'; const = 1`,
    'b.ts': `\n\nfoo(]`,
  })
  t.deepEqual(await failureOf(t, folder), [
    {
      code: 'GW1902',
      message: 'expected identifier but found "="',
      hint: undefined,
      at: `a.ts:1:${`const name = 'é→😀'; const `.length + 1}`,
    },
    { code: 'GW1902', message: 'unexpected "]"', hint: undefined, at: 'b.ts:3:5' },
  ])
})

test('GW1902: every import that leads nowhere has its place and a way out', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import { a } from './nowhere.js'\nimport { b } from '@acme/nothing/deep'\nimport { c } from 'gatewright/nothing'\nexport default [a, b, c]`,
  })
  t.deepEqual(await failureOf(t, folder), [
    {
      code: 'GW1902',
      message: 'could not resolve "./nowhere.js"',
      hint: 'there is no such file; check its name and folder',
      at: 'gateway.config.ts:1:19',
    },
    {
      code: 'GW1902',
      message: 'could not resolve "@acme/nothing/deep"',
      hint: 'install it with `npm install @acme/nothing`, or correct the name',
      at: 'gateway.config.ts:2:19',
    },
    {
      code: 'GW1902',
      message: 'could not resolve "gatewright/nothing"',
      hint: 'install it with `npm install gatewright`, or correct the name',
      at: 'gateway.config.ts:3:19',
    },
  ])
})

test('GW1902: an import of a name that gatewright does not have is placed, with the name that was meant', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import './other.js'\nexport default 1`,
    'other.ts': `import {\n  defineGateway,\n  rateLimt,\n} from 'gatewright'\nexport const x = [defineGateway, rateLimt]`,
  })
  t.deepEqual(await failureOf(t, folder), [
    { code: 'GW1902', message: '`gatewright` has no export `rateLimt`', hint: 'did you mean `rateLimit`?', at: 'other.ts:3:3' },
  ])
})

test('GW1903: what the config throws is placed where the config threw it', async (t) => {
  const folder = await createProject(t, {
    'gateway.config.ts': `import { z } from 'zod'\nconst read = () => {\n  return z.string().parse(1)\n}\nexport default read()`,
  })
  const [issue] = await failureOf(t, folder)
  t.like(issue, { code: 'GW1903', at: 'gateway.config.ts:3:21' })
  t.regex(issue?.message ?? '', /^threw ZodError: /)
})

test('GW1903: what is thrown need not be an error', async (t) => {
  const folder = await createProject(t, { 'gateway.config.ts': `throw 'text'` })
  t.deepEqual(await failureOf(t, folder), [{ code: 'GW1903', message: 'threw text', hint: undefined, at: undefined }])
})

test('GW1001: a named gatewayConfig without a default export gets a hint', async (t) => {
  const folder = await createProject(t, { 'gateway.config.ts': `\nexport const gatewayConfig = {}` })
  const [issue] = await failureOf(t, folder)
  t.like(issue, { code: 'GW1001', at: 'gateway.config.ts:2:14' })
  t.regex(issue?.hint ?? '', /export default defineGateway/)
})

test('a JavaScript config is imported as it is, and anew after it changed', async (t) => {
  const folder = await createProject(t, { 'gateway.mjs': 'export default [import.meta.filename]' })
  const path = join(folder, 'gateway.mjs')
  const { gateway, inputs } = await loadConfig('gateway.mjs', { cwd: folder })
  t.deepEqual(gateway, [path])
  t.deepEqual(inputs, [path])
  t.is((await loadConfig('gateway.mjs', { cwd: folder })).gateway, gateway)
  await writeFile(path, 'export default 2')
  await utimes(path, 1_000, 1_000)
  t.is((await loadConfig('gateway.mjs', { cwd: folder })).gateway, 2)
})

test('every file that is read is reported, also when loading fails', async (t) => {
  const folder = await createProject(t, { 'gateway.config.ts': `import './broken.js'\nexport default 1`, 'broken.ts': 'const = 1' })
  const seen: string[] = []
  await t.throwsAsync(loadConfig('gateway.config.ts', { cwd: folder, onInput: (file) => seen.push(file) }))
  t.deepEqual(seen.sort(), [join(folder, 'broken.ts'), join(folder, 'gateway.config.ts')])
})
