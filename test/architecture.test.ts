import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { Project, type SourceFile, SyntaxKind } from 'ts-morph'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true })
project.addSourceFilesAtPaths(['sdk', 'generator', 'runtime'].map((folder) => join(root, folder, '**/*.ts')))

interface Import {
  readonly from: string
  /** A path from the root for our own files, else the name of a package. */
  readonly to: string
  /** False for `import type` and `export type`, which leave no trace at run time. */
  readonly value: boolean
  /** False for `import()`, which loads only when it is reached. */
  readonly atOnce: boolean
}

const pathOf = (file: SourceFile) => relative(root, file.getFilePath())

function targetOf(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier.replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1')
  return join(dirname(from), specifier).replace(/\.js$/, '.ts')
}

function importsOf(file: SourceFile): Import[] {
  const from = pathOf(file)
  const declared = [...file.getImportDeclarations(), ...file.getExportDeclarations()].flatMap((declaration): Import[] => {
    const specifier = declaration.getModuleSpecifierValue()
    if (specifier === undefined) return []
    const named = 'getNamedImports' in declaration ? declaration.getNamedImports() : declaration.getNamedExports()
    const bare =
      'getDefaultImport' in declaration
        ? !declaration.getDefaultImport() && !declaration.getNamespaceImport()
        : !declaration.isNamespaceExport()
    const allTypes = bare && named.length > 0 && named.every((name) => name.isTypeOnly())
    return [{ from, to: targetOf(from, specifier), value: !declaration.isTypeOnly() && !allTypes, atOnce: true }]
  })
  const lazy = file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call): Import[] => {
    const [argument] = call.getArguments()
    if (call.getExpression().getKind() !== SyntaxKind.ImportKeyword || !argument?.isKind(SyntaxKind.StringLiteral)) return []
    return [{ from, to: targetOf(from, argument.getLiteralValue()), value: true, atOnce: false }]
  })
  return [...declared, ...lazy]
}

const files = project.getSourceFiles().map(pathOf)
const imports = project.getSourceFiles().flatMap(importsOf)
const show = ({ from, to }: Import) => `${from} -> ${to}`
const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
const own = within('sdk', 'generator', 'runtime')

test('the rules below have something to look at', (t) => {
  t.true(files.length > 40)
  t.true(imports.some(({ to }) => to === 'zod'))
  t.true(imports.some(({ value }) => !value))
})

test('every relative import leads to a file', (t) => {
  const lost = imports.filter(({ to }) => own(to) && !existsSync(resolve(root, to)))
  t.deepEqual(lost.map(show), [])
})

test('the sdk imports zod and itself', (t) => {
  const astray = imports.filter(({ from, to }) => within('sdk')(from) && to !== 'zod' && !within('sdk')(to))
  t.deepEqual(astray.map(show), [])
})

test('the generator never imports the runtime, but for the command line, lazily', (t) => {
  const astray = imports.filter(
    ({ from, to, value, atOnce }) =>
      within('generator')(from) && within('runtime')(to) && !(within('generator/cli')(from) && !(value && atOnce)),
  )
  t.deepEqual(astray.map(show), [])
})

test('the runtime never imports the generator', (t) => {
  t.deepEqual(imports.filter(({ from, to }) => within('runtime')(from) && within('generator')(to)).map(show), [])
})

test('the three folders import nothing else of the repository', (t) => {
  const astray = imports.filter(
    ({ to }) => (to.startsWith('..') || /^(test|examples|bench|docs)\//.test(to) || to === 'gatewright') && !own(to),
  )
  t.deepEqual(astray.map(show), [])
})

const keepers: [string, (name: string) => boolean, (from: string) => boolean][] = [
  ['hapi', (name) => name.startsWith('@hapi/') || name === 'hapi-auth-jwt2', within('runtime/hapi')],
  ['redis', (name) => name === 'redis' || name.startsWith('@redis/'), (from) => from.startsWith('runtime/stores/redis')],
  ['undici', (name) => name === 'undici', within('runtime/upstreams')],
  ['ts-morph', (name) => name === 'ts-morph', within('generator')],
  ['esbuild', (name) => name === 'esbuild', within('generator')],
]
for (const [name, matches, keeper] of keepers)
  test(`${name} is imported only where it is kept`, (t) => {
    // A type alone couples no one to a package's behaviour at run time; the contracts may name the dispatcher they carry.
    t.deepEqual(imports.filter(({ from, to, value }) => value && matches(to) && !keeper(from)).map(show), [])
  })

test('every package that is imported is declared, and none of them only for development', async (t) => {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
  const known = new Set([
    ...Object.keys(manifest.dependencies),
    ...Object.keys((manifest as { peerDependencies?: object }).peerDependencies ?? {}),
  ])
  const astray = imports.filter(({ to }) => !own(to) && !to.startsWith('.') && !to.startsWith('node:') && !known.has(to))
  t.deepEqual(astray.map(show), [])
})

test('no file imports itself through others', (t) => {
  const next = new Map<string, string[]>()
  for (const { from, to, value, atOnce } of imports) if (value && atOnce && own(to)) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file)
    if (at >= 0) cycles.push([...trail.slice(at), file].join(' -> '))
    if (at >= 0 || done.has(file)) return
    for (const other of next.get(file) ?? []) walk(other, [...trail, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  t.deepEqual(cycles, [])
})

/** Files and packages that are loaded at once when `entry` is. */
function loadedBy(entries: readonly string[]): Set<string> {
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { to } of imports.filter((one) => one.from === path && one.value && one.atOnce)) load(to)
  }
  for (const entry of entries) load(entry)
  return loaded
}

const startEntries = [
  'generator/cli/bin.ts',
  ...files.filter((path) => /^generator\/cli\/(commands\/)?start(-command)?\.ts$/.test(path)),
  'runtime/index.ts',
]

test('`gatewright start` loads neither ts-morph nor esbuild', (t) => {
  const loaded = loadedBy(startEntries.filter((path) => files.includes(path)))
  for (const heavy of ['ts-morph', 'esbuild', 'typescript']) t.false(loaded.has(heavy), `${heavy} is loaded`)
})

test('the sdk loads zod and no other package', (t) => {
  t.deepEqual(
    [...loadedBy(['sdk/index.ts'])].filter((path) => !own(path)),
    ['zod'],
  )
})

const POLICY_PARTS = new Set(['index', 'compiler'])
const namesIn = (folder: string) =>
  files.flatMap((path) =>
    dirname(path) === folder && !POLICY_PARTS.has(path.slice(folder.length + 1, -3)) ? path.slice(folder.length + 1, -3) : [],
  )

test('a policy has its definition, its compiler and its test under one name', async (t) => {
  const { policyDefinitions, authDefinitions } = await import('../sdk/policies/index.js')
  const names = Object.keys({ ...policyDefinitions, ...authDefinitions }).sort()
  t.deepEqual(namesIn('sdk/policies').sort(), names)
  const compiled = namesIn('runtime/policies')
  t.deepEqual(
    names.filter((name) => !compiled.includes(name) && !files.some((path) => path.startsWith(`runtime/policies/${name}/`))),
    [],
    'without a compiler',
  )
  t.deepEqual(
    names.filter((name) => !existsSync(join(root, 'test/policies', `${name}.test.ts`))),
    [],
    'without a test',
  )
  for (const [name, { name: declared }] of Object.entries({ ...policyDefinitions, ...authDefinitions })) t.is(declared as string, name)
})

test('errors are a ConfigError or a Problem, never a bare Error', (t) => {
  // What the generated client is made of runs in its users' programs and throws errors of its own.
  const sources = project.getSourceFiles().filter((file) => !within('generator/client/runtime')(pathOf(file)))
  const thrown = sources.flatMap((file) =>
    file
      .getDescendantsOfKind(SyntaxKind.ThrowStatement)
      .filter((statement) => /^throw new (Error|TypeError|RangeError)\(/.test(statement.getText()))
      .map((statement) => `${pathOf(file)}:${statement.getStartLineNumber()}`),
  )
  t.deepEqual(thrown, [])
})

test('no file has more than 300 lines, and the median has fewer than 90', (t) => {
  const lengths = project.getSourceFiles().map((file) => [pathOf(file), file.getFullText().trimEnd().split('\n').length] as const)
  t.deepEqual(
    lengths.filter(([, length]) => length > 300),
    [],
  )
  const sorted = lengths.map(([, length]) => length).sort((a, b) => a - b)
  t.true((sorted[Math.floor(sorted.length / 2)] as number) < 90)
})

test('files are named in kebab-case, and none is called utils, common or helpers', (t) => {
  const names = files.map((path) => path.split('/').at(-1) as string)
  t.deepEqual(
    names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/.test(name) || /^(utils?|common|helpers?|misc)\.ts$/.test(name)),
    [],
  )
})

test('nothing is exported as default', (t) => {
  const isDefault = (file: SourceFile) =>
    file.getExportAssignments().length > 0 || file.getStatements().some((statement) => /^export default\b/.test(statement.getText()))
  t.deepEqual(project.getSourceFiles().filter(isDefault).map(pathOf), [])
})
