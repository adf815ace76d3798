import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { ISSUES, PROBLEMS } from 'gatewright'
import { CONFIG_ERROR_EXAMPLES } from '../generator/docs/config-error-examples.js'
import { effectsIn, loadExample } from '../generator/docs/docs-example.js'
import { issuesOf } from '../generator/docs/emit-config-error-page.js'
import { emitDocs } from '../generator/docs/emit-docs.js'
import { functionName } from '../generator/docs/emit-policy-page.js'
import { listOptions } from '../generator/docs/list-options.js'
import { CommentReader } from '../generator/docs/read-comments.js'
import { gatewaySchema } from '../sdk/gateway.js'
import { authDefinitions, policyDefinitions } from '../sdk/policies/index.js'
import { routeSchema } from '../sdk/resolve/route-schema.js'
import { upstreamSchema } from '../sdk/upstream.js'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const docs = join(root, 'docs')
const read = (path: string) => readFile(join(docs, path), 'utf8')
const namesIn = async (folder: string) => (await readdir(join(docs, folder))).map((file) => file.replace(/\.md$/, '')).sort()
const definitions = { ...policyDefinitions, ...authDefinitions }

const allPages = async () => {
  const files = await readdir(docs, { recursive: true })
  return Promise.all(files.filter((file) => file.endsWith('.md')).map(async (path) => ({ path, text: await read(path) })))
}

test('generating the pages again gives the same bytes', async (t) => {
  const pages = await emitDocs(root)
  for (const { path, text } of pages) t.is(await read(path).catch(() => ''), text, `${path} is out of date: npm run docs`)
  t.deepEqual(await emitDocs(root), pages)
})

test('every policy and auth has its page, and every page its policy', async (t) => {
  t.deepEqual(await namesIn('policies'), Object.keys(definitions).sort())
})

test('the index lists every policy and auth, with what it does', async (t) => {
  const index = await read('README.md')
  for (const name of Object.keys(definitions))
    t.regex(index, new RegExp(`^- \\[\`${functionName(name)}\`\\]\\(policies/${name}\\.md\\): \\S`, 'm'))
})

for (const name of Object.keys(definitions))
  test(`the page of ${name} has options, effects and an example that loads and uses it`, async (t) => {
    const page = await read(`policies/${name}.md`)
    const example = await loadExample(docs, name)
    t.true(page.includes(example.source.trim()))
    const used = example.gateway.routes.flatMap(({ policies, auth }) => [...policies.map(({ policy }) => policy.name), auth?.name])
    t.true(used.includes(name))
    const parts = page.split(/^## /m)
    t.deepEqual(
      parts.slice(1).map((part) => part.split('\n', 1)[0]),
      ['Options', 'What callers can see', 'Example'],
    )
    const effects = effectsIn(example, name)
    const said = parts[2] as string
    for (const code of effects.problems) t.true(said.includes(`[\`${code}\`](../problems/${code}.md)`), code)
    for (const header of [...effects.headers, ...effects.requestHeaders]) t.true(said.includes(`\`${header.name}\``), header.name)
  })

test('every problem has its page, and every page its problem', async (t) => {
  t.deepEqual(await namesIn('problems'), Object.keys(PROBLEMS).sort())
})

test('every config error has its page, and every page its config error', async (t) => {
  t.deepEqual(await namesIn('config-errors'), Object.keys(ISSUES).sort())
})

const described: [string, string, string, Parameters<typeof listOptions>[0]][] = [
  ['gateway.md', 'gateway.ts', 'gatewaySchema', gatewaySchema],
  ['route.md', 'resolve/route-schema.ts', 'routeSchema', routeSchema],
  ['upstream.md', 'upstream.ts', 'upstreamSchema', upstreamSchema],
  ...Object.values(definitions).map(
    ({ name, options }) => [`policies/${name}.md`, `policies/${name}.ts`, 'options', options] as (typeof described)[number],
  ),
]
const comments = new CommentReader(join(root, 'sdk'))
for (const [path, file, name, schema] of described)
  test(`${path} says what every option is, and names none that is gone`, async (t) => {
    const options = listOptions(schema).map((option) => option.path)
    t.true(options.length > 0)
    const texts = comments.ofSchema(file, name)
    t.deepEqual(
      options.filter((option) => (texts.get(option) ?? '') === ''),
      [],
      'options without a comment on their key',
    )
    const rows = [...(await read(path)).matchAll(/^\| `([^`]+)` \|/gm)].map(([, option]) => option)
    t.deepEqual(rows, options)
  })

test('every policy function says what it does', (t) => {
  for (const name of Object.keys(definitions)) t.truthy(comments.ofFunction(`policies/${name}.ts`, functionName(name)), name)
})

test('no page names a code that does not exist', async (t) => {
  const pages = await allPages()
  t.true(pages.length > 50)
  for (const { path, text } of pages) {
    for (const [code] of text.matchAll(/\bGW\d{4}\b/g)) t.true(code in ISSUES, `${path} names ${code}`)
    for (const [, code] of text.matchAll(/problems\/([A-Z_]+)\.md/g)) t.true((code as string) in PROBLEMS, `${path} names ${code}`)
  }
})

test('every link between pages leads to a file', async (t) => {
  for (const { path, text } of await allPages())
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const file = join(docs, dirname(path), target as string)
      t.true(existsSync(file), `${path} links to ${relative(root, file)}`)
    }
})

for (const [code, example] of Object.entries(CONFIG_ERROR_EXAMPLES))
  test(`the example of ${code} leads to ${code} and to nothing else`, (t) => {
    t.deepEqual([...new Set(issuesOf(example()).map((issue) => issue.code))], [code as keyof typeof ISSUES])
  })

test('a config error without an example is one that needs files or documents', (t) => {
  const without = Object.keys(ISSUES).filter((code) => !(code in CONFIG_ERROR_EXAMPLES))
  t.deepEqual(
    without.filter((code) => !/^GW1[569]/.test(code)),
    [],
  )
})

test('every problem that a policy page names links back to the policy', async (t) => {
  for (const name of Object.keys(definitions))
    for (const [, code] of (await read(`policies/${name}.md`)).matchAll(/problems\/([A-Z_]+)\.md/g))
      t.true((await read(`problems/${code}.md`)).includes(`policies/${name}.md`), `${code} lacks ${name}`)
})
