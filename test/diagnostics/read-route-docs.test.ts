import test, { type ExecutionContext } from 'ava'
import { resolveGateway } from 'gatewright'
import { readRouteDocs } from '../../generator/diagnostics/read-route-docs.js'
import { loadConfig } from '../../generator/load/load-config.js'
import { createProject } from '../cli/create-project.js'

async function docsOf(t: ExecutionContext, routes: string, files: Readonly<Record<string, string>> = {}) {
  const cwd = await createProject(t, {
    ...files,
    'gateway.config.ts': `import { defineGateway, route, upstream } from 'gatewright'
import * as more from './more.js'
export const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const get = (path: string) => route({ method: 'GET', path, upstream: users })
${routes}
export default defineGateway({ info: { title: 'T', version: '1' }, routes: { ...more, ...routes } })`,
    'more.ts': files['more.ts'] ?? 'export {}',
  })
  const loaded = await loadConfig('gateway.config.ts', { cwd })
  return Object.fromEntries(readRouteDocs(resolveGateway(loaded.gateway), loaded))
}

test('the comment above a key is its first sentence and the rest', async (t) => {
  const docs = await docsOf(
    t,
    `const routes = {
  /** Reads a. */
  a: get('/a'),
  /**
   * Reads b, e.g. the letter
   * after a. Then \`c\`.
   *
   * A second paragraph.
   * @internal
   */
  b: get('/b'),
  // no doc comment
  c: get('/c'),
  /* nor this */
  d: get('/d'),
}`,
  )
  t.deepEqual(docs, {
    a: { summary: 'Reads a.' },
    b: { summary: 'Reads b, e.g. the letter after a.', description: 'Then `c`.\n\nA second paragraph.' },
  })
})

test('the comment above a constant counts where the key has none', async (t) => {
  const docs = await docsOf(
    t,
    `/** From the constant. */
const a = get('/a')
const b = get('/b')
/** Not this one: it is of b. */
const routes = { nested: {
  a,
  /** From the key. */
  renamed: b,
} }`,
  )
  t.deepEqual(docs, { 'nested.a': { summary: 'From the constant.' }, 'nested.renamed': { summary: 'From the key.' } })
})

test('comments are found behind spreads and in other files', async (t) => {
  const docs = await docsOf(t, 'const routes = {}', {
    'more.ts': `import { route, upstream } from 'gatewright'
const orders = upstream('orders', { targets: ['http://127.0.0.1:1'] })
export const orderRoutes = {
  /** Lists orders */
  list: route({ method: 'GET', path: '/orders', upstream: orders }),
}`,
  })
  t.deepEqual(docs, { 'orderRoutes.list': { summary: 'Lists orders' } })
})
