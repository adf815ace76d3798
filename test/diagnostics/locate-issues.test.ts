import { join, relative } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ConfigError, resolveGateway } from 'gatewright'
import { locateIssues } from '../../generator/diagnostics/locate-issues.js'
import { loadConfig } from '../../generator/load/load-config.js'
import { createProject } from '../cli/create-project.js'

/** Stands in a source before the place that is expected; it is a comment, so it stays where it is. */
const MARK = '/*!*/'

type Files = Readonly<Record<string, string>>

function marksIn(files: Files): readonly string[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const column = line.indexOf(MARK)
      return column < 0 ? [] : [`${file}:${index + 1}:${column + MARK.length + 1}`]
    }),
  )
}

async function locate(t: ExecutionContext, files: Files) {
  const folder = await createProject(t, files)
  const loaded = await loadConfig('gateway.config.ts', { cwd: folder })
  const error = t.throws(() => resolveGateway(loaded.gateway), { instanceOf: ConfigError })
  const located = await locateIssues(error.issues, loaded)
  return located.map(({ code, position, related }) => {
    const at = (span: typeof position) => span && `${relative(folder, span.file)}:${span.line}:${span.column}`
    return { code, at: at(position), related: at(related?.position), length: position?.length }
  })
}

const head = `import { anyOf, apiKey, cors, defineGateway, env, group, jwt, rateLimit, ip, route, upstream } from 'gatewright'
import { z } from 'zod'
const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const info = { title: 'T', version: '1' }
`

const cases: Readonly<Record<string, { readonly code: string; readonly files: Files }>> = {
  'a value in the options of a call': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}export default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users,\n  bodyLimit: /*!*/'1x' as never }) } })`,
    },
  },
  'an unknown key, at the key': {
    code: 'GW1003',
    files: {
      'gateway.config.ts': `${head}export default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users,\n  /*!*/sumary: 'x' } as never) } })`,
    },
  },
  'a missing key, at the object it should be in': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}export default defineGateway({ info: /*!*/{ title: 'T' } as never, routes: { a: route({ method: 'GET', path: '/a', upstream: users }) } })`,
    },
  },
  'options after a name': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const other = upstream('other', { targets: ['http://127.0.0.1:1', /*!*/'nowhere'] })\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: other }) } })`,
    },
  },
  'a value that a spread brings': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const base = { method: 'GET' as const,\n  bodyLimit: /*!*/'1x' as never }\nexport default defineGateway({ info, routes: { a: route({ ...base, path: '/a', upstream: users }) } })`,
    },
  },
  'the later of two spreads that bring the same key': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const a = { bodyLimit: '1kb' } as const\nconst b = { bodyLimit: /*!*/'1x' as never }\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, ...a, ...b }) } })`,
    },
  },
  'a member of a namespace import': {
    code: 'GW1002',
    files: {
      'shared.ts': `export const limits = { body: /*!*/'1x' as never }`,
      'gateway.config.ts': `${head}import * as shared from './shared.js'\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, bodyLimit: shared.limits.body }) } })`,
    },
  },
  'a name that was renamed and exported again': {
    code: 'GW1002',
    files: {
      'deep/limits.ts': `const body = /*!*/'1x' as never\nexport { body as inner }`,
      'shared.ts': `export { inner as limit } from './deep/limits.js'`,
      'gateway.config.ts': `${head}import { limit as bodyLimit } from './shared.js'\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, bodyLimit }) } })`,
    },
  },
  'a default export behind `export *`': {
    code: 'GW1002',
    files: {
      'all.ts': `export * from './limit.js'`,
      'limit.ts': `export const limit = /*!*/'1x' as never`,
      'gateway.config.ts': `${head}import { limit } from './all.js'\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, bodyLimit: limit }) } })`,
    },
  },
  'a shorthand property': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const method = /*!*/'FETCH' as never\nexport default defineGateway({ info, routes: { a: route({ method, path: '/a', upstream: users }) } })`,
    },
  },
  'a destructured constant': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const defaults = { verb: /*!*/'FETCH' as never }\nconst { verb: method } = defaults\nexport default defineGateway({ info, routes: { a: route({ method, path: '/a', upstream: users }) } })`,
    },
  },
  'an element that an array spread brings': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const two = ['http://127.0.0.1:1', 'http://127.0.0.1:2']\nconst more = ['http://127.0.0.1:3', /*!*/'nowhere']\nconst other = upstream('other', { targets: [...two, 'http://127.0.0.1:9', ...more] })\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: other }) } })`,
    },
  },
  'routes made in a loop': {
    code: 'GW1201',
    files: {
      'gateway.config.ts': `${head}const made = ['a'].map((id) => [id, route({ method: 'GET',\n  path: /*!*/\`\${id}\`, upstream: users })])\nexport default defineGateway({ info, routes: Object.fromEntries(made) })`,
    },
  },
  'a parameter whose value nobody wrote': {
    code: 'GW1201',
    files: {
      'gateway.config.ts': `${head}const made = ['a'].reduce((routes, path) => ({ ...routes, [path]: route({ method: 'GET', upstream: users,\n  /*!*/path }) }), {})\nexport default defineGateway({ info, routes: made })`,
    },
  },
  'what a caller passed to a function that makes routes': {
    code: 'GW1201',
    files: {
      'gateway.config.ts': `${head}const get = (path: string, { limit }: { limit: never }) => route({ method: 'GET', path, upstream: users, bodyLimit: limit })\nexport default defineGateway({ info, routes: { a: get(/*!*/'no-slash', { limit: '1mb' as never }) } })`,
    },
  },
  'what a caller passed in an object': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const get = (path: string, { limit }: { limit: never }) => route({ method: 'GET', path, upstream: users, bodyLimit: limit })\nexport default defineGateway({ info, routes: { a: get('/a', { limit: /*!*/'1x' as never }) } })`,
    },
  },
  'a route of a group, whose call is a member': {
    code: 'GW1201',
    files: {
      'gateway.config.ts': `${head}const members = group({ prefix: '/m' })\nexport default defineGateway({ info, routes: { a: members.route({ method: 'GET', path: /*!*/'/{a', upstream: users }) } })`,
    },
  },
  'a policy of a group': {
    code: 'GW1301',
    files: {
      'gateway.config.ts': `${head}const members = group({ prefix: '/m', use: { limit: /*!*/'60/min' as never } })\nexport default defineGateway({ info, routes: { a: members.route({ method: 'GET', path: '/a', upstream: users }) } })`,
    },
  },
  'a limiter that several routes share, where it is made': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}const limit = rateLimit({ by: ip, limit: /*!*/'60/fortnight' as never })\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, use: { limit } }), b: route({ method: 'GET', path: '/b', upstream: users, use: { limit } }) } })`,
    },
  },
  'a nested option of a policy': {
    code: 'GW1002',
    files: {
      'gateway.config.ts': `${head}export default defineGateway({ info, use: { cors: cors({ origins: [/*!*/'nowhere' as never] }) }, routes: { a: route({ method: 'GET', path: '/a', upstream: users }) } })`,
    },
  },
  'one of several auths': {
    code: 'GW1302',
    files: {
      'gateway.config.ts': `${head}const key = apiKey({ keys: [] })\nconst either = anyOf(key, /*!*/rateLimit({ by: ip, limit: '1/s' }) as never)\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, auth: either }) } })`,
    },
  },
  'a key of a schema in a chain of calls': {
    code: 'GW1203',
    files: {
      'gateway.config.ts': `${head}export default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/{id}', upstream: users, params: z.object({ id: z.string(), /*!*/other: z.string() }).meta({ id: 'P' }) as never }) } })`,
    },
  },
  'a key of routes that cannot be a name': {
    code: 'GW1206',
    files: {
      'routes.ts': `import { route, upstream } from 'gatewright'\nconst users = upstream('users', { targets: ['http://127.0.0.1:1'] })\nexport const routes = { inner: { /*!*/'not-a-name': route({ method: 'GET', path: '/a', upstream: users }) } }`,
      'gateway.config.ts': `${head}import { routes } from './routes.js'\nexport default defineGateway({ info, routes: { ...routes } satisfies object })`,
    },
  },
  'something that is no route': {
    code: 'GW1207',
    files: { 'gateway.config.ts': `${head}export default (defineGateway({ info, routes: { a: { b: /*!*/5 as never } } }))` },
  },
  'an environment variable that is missing, where it is read': {
    code: 'GW1004',
    files: {
      'gateway.config.ts': `${head}const target = /*!*/env('GATEWRIGHT_TEST_MISSING')\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: upstream('u', { targets: [target] }) }) } })`,
    },
  },
  'a default export that is no gateway': {
    code: 'GW1001',
    files: { 'gateway.config.ts': `const config = { routes: {} }\nexport default /*!*/config` },
  },
  'a default export by way of a clause': {
    code: 'GW1001',
    files: { 'gateway.config.ts': `const config = /*!*/{ routes: {} }\nexport { config as default }` },
  },
  'two upstreams of one name, at the second name': {
    code: 'GW1102',
    files: {
      'gateway.config.ts': `${head}const again = upstream(/*!*/'users', { targets: ['http://127.0.0.1:2'] })\nexport default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users }), b: route({ method: 'GET', path: '/b', upstream: again }) } })`,
    },
  },
}

for (const [title, { code, files }] of Object.entries(cases)) {
  test(`an issue is placed at ${title}`, async (t) => {
    const found = await locate(t, files)
    t.deepEqual(
      found.map((issue) => ({ code: issue.code, at: issue.at })),
      marksIn(files).map((at) => ({ code, at })),
    )
  })
}

test('an issue that refers to another place has that place too', async (t) => {
  const files = {
    'gateway.config.ts': `${head}const a = /*!*/route({ method: 'GET', path: '/a', upstream: users })\nexport default defineGateway({ info, routes: { a, b: route({ method: 'GET', path: '/a', upstream: users }) } })`,
  }
  const [found] = await locate(t, files)
  t.is(found?.code, 'GW1204')
  t.is(found?.related, marksIn(files)[0])
})

test('a span covers the value on its line', async (t) => {
  const [found] = await locate(t, {
    'gateway.config.ts': `${head}export default defineGateway({ info, routes: { a: route({ method: 'GET', path: '/a', upstream: users, bodyLimit: '12 things' as never }) } })`,
  })
  t.is(found?.length, `'12 things'`.length)
})

test('a position that a parser gave is kept, and no source is read for it', async (t) => {
  const position = { file: join('/nowhere', 'x.ts'), line: 3, column: 4 }
  const [found] = await locateIssues([{ code: 'GW1902', path: [], message: 'm', position }], { file: '', inputs: [], imports: new Map() })
  t.deepEqual(found?.position, { ...position, length: 1 })
})
