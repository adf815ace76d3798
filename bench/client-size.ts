import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { OpenAPIV3_1 } from 'openapi-types'
import { emitClient } from '../generator/client/emit-client.js'

const problem = (...codes: string[]) => ({
  description: 'Problem',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  'x-problem-codes': codes,
})

const PROBLEMS = {
  '400': problem('INVALID_REQUEST'),
  '401': problem('UNAUTHENTICATED', 'INVALID_CREDENTIALS'),
  '404': problem('NOT_FOUND'),
  '429': problem('RATE_LIMITED'),
  '502': problem('UPSTREAM_UNREACHABLE', 'UPSTREAM_RESET', 'UPSTREAM_INVALID_RESPONSE'),
  '503': problem('NO_HEALTHY_TARGET', 'UNAVAILABLE'),
  '504': problem('UPSTREAM_TIMED_OUT'),
}

const text = { type: 'string' }
const jsonOf = (schema: object) => ({ 'application/json': { schema } })

/** The five usual operations on one resource. */
function resourcePaths(tag: string): Record<string, object> {
  const item = { $ref: `#/components/schemas/${tag}` }
  const body = { required: true, content: jsonOf(item) }
  const common = { tags: [tag], security: [{ jwt: [] }] }
  const ok = { ...PROBLEMS, '200': { description: 'Found', content: jsonOf(item) } }
  const list = { ...PROBLEMS, '200': { description: 'Found', content: jsonOf({ type: 'array', items: item }) } }
  return {
    [`/${tag}`]: {
      get: { ...common, operationId: `${tag}.list`, summary: `Lists ${tag}.`, responses: list },
      post: { ...common, operationId: `${tag}.create`, summary: `Creates one of ${tag}.`, requestBody: body, responses: ok },
    },
    [`/${tag}/{id}`]: {
      parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
      get: { ...common, operationId: `${tag}.get`, summary: `Returns one of ${tag}.`, responses: ok },
      put: { ...common, operationId: `${tag}.replace`, summary: `Replaces one of ${tag}.`, requestBody: body, responses: ok },
      delete: { ...common, operationId: `${tag}.remove`, responses: { ...PROBLEMS, '204': { description: 'Gone' } } },
    },
  }
}

function documentOf(operations: number): OpenAPIV3_1.Document {
  const tags = Array.from({ length: operations / 5 }, (_, index) => `resource${index}`)
  const problemSchema = { type: 'object', required: ['code'], properties: { code: text, detail: text }, additionalProperties: {} }
  const resources = tags.map((tag) => [tag, { type: 'object', required: ['id'], properties: { id: text, name: text } }])
  return {
    openapi: '3.1.0',
    info: { title: 'Size', version: '1' },
    paths: Object.assign({}, ...tags.map(resourcePaths)),
    components: {
      schemas: { Problem: problemSchema, ...Object.fromEntries(resources) },
      securitySchemes: { jwt: { type: 'http', scheme: 'bearer' } },
    },
  } as OpenAPIV3_1.Document
}

/** Bundles and minifies code that imports from a client, as a user's bundler does. */
async function bundle(files: ReadonlyMap<string, string>, entry: string): Promise<Uint8Array> {
  const result = await build({
    stdin: { contents: entry, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    plugins: [
      {
        name: 'client',
        setup(context) {
          context.onResolve({ filter: /^\.\// }, ({ path }) => ({ path: path.slice(2).replace(/\.js$/, '.ts'), namespace: 'client' }))
          context.onLoad({ filter: /./, namespace: 'client' }, ({ path }) => ({ contents: files.get(path) ?? '', loader: 'ts' }))
        },
      },
    ],
  })
  return (result.outputFiles[0] as { contents: Uint8Array }).contents
}

export interface ClientSizes {
  /** The runtime, minified and compressed; bytes. */
  readonly runtime: number
  /** What one operation adds to a client, minified; bytes. */
  readonly operation: number
  /** A bundle that calls one operation of 500, minified and compressed; bytes. */
  readonly single: number
  /** What emitting 500 operations takes once warm; milliseconds. */
  readonly emitMs: number
}

/** Measures what a generated client costs its users. */
export async function measureClient(): Promise<ClientSizes> {
  const operations = 500
  const document = documentOf(operations)
  emitClient(document)
  const began = performance.now()
  const files = emitClient(document)
  const emitMs = performance.now() - began
  const gzipped = async (entry: string) => gzipSync(await bundle(files, entry), { level: 9 }).length
  const runtime = await gzipped(`export * from './runtime.js'`)
  const single = await gzipped(
    `import { connect, resource7Get } from './index.js'; export const get = connect({ baseUrl: '' })(resource7Get, { params: { id: '1' } })`,
  )
  const whole = `export { createClient } from './index.js'`
  const none = await bundle(emitClient(documentOf(0)), whole)
  const all = await bundle(files, whole)
  return { runtime, operation: (all.length - none.length) / operations, single, emitMs }
}

/** The most that a client may cost. */
export const CLIENT_BUDGET = { runtime: 4_096, operation: 200 } as const

if (process.argv[1] === import.meta.filename) {
  const { runtime, operation, single, emitMs } = await measureClient()
  console.log(`runtime          ${runtime} B min+gz (at most ${CLIENT_BUDGET.runtime})`)
  console.log(`one operation    ${operation.toFixed(1)} B min (at most ${CLIENT_BUDGET.operation})`)
  console.log(`one of 500       ${single} B min+gz, runtime included`)
  console.log(`emitting 500     ${emitMs.toFixed(0)} ms warm`)
  process.exitCode = runtime <= CLIENT_BUDGET.runtime && operation <= CLIENT_BUDGET.operation ? 0 : 1
}
