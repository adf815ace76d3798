import test from 'ava'
import { createProject } from './create-project.js'
import { runInProcess } from './run-in-process.js'

const config = `import { anyOf, apiKey, defineGateway, group, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'
const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const session = jwt({ issuer: 'https://id.example.org/', audience: 'a', algorithms: ['RS256'], claims: z.object({ sub: z.string() }) })
const members = group({ prefix: '/users', auth: anyOf(session, apiKey({ keys: [] })), use: { limit: rateLimit({ by: ip, limit: '5/s' }) } })
export default defineGateway({
  info: { title: 'T', version: '1' },
  routes: {
    any: route({ method: '*', path: '/files/{path*}', upstream: users, lifecycle: 'hapi' }),
    users: { create: members.route({ method: 'POST', path: '', upstream: users, body: z.object({}) }) },
    health: route({ method: 'GET', path: '/health', upstream: users, auth: session }),
  },
})
`

test('routes prints one aligned line for each route', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': config })
  const { code, stdout } = await runInProcess(['routes'], cwd)
  t.is(code, 0)
  t.is(
    stdout,
    `METHOD  PATH            UPSTREAM  AUTH           POLICIES            LANE      ROUTE
*       /files/{path*}  users     -              -                   hapi      any
POST    /users          users     jwt | api-key  limit (rate-limit)  buffered  users.create
GET     /health         users     jwt            -                   streamed  health

1 of 3 routes without auth
`,
  )
})

test('routes says how auths are combined', async (t) => {
  const combined = config
    .replace('import { anyOf,', 'import { allOf, anyOf, optional,')
    .replace(
      'upstream: users, auth: session }',
      'upstream: users, auth: optional(anyOf(session, allOf({ session, key: apiKey({ keys: [] }) }))) }',
    )
  const cwd = await createProject(t, { 'gateway.config.ts': combined })
  const rows = JSON.parse((await runInProcess(['routes', '--json'], cwd)).stdout) as { auth: string | null }[]
  t.deepEqual(
    rows.map(({ auth }) => auth),
    [null, 'jwt | api-key', '(jwt | (jwt & api-key)) or none'],
  )
})

test('routes --json is the same as data', async (t) => {
  const cwd = await createProject(t, { 'gateway.config.ts': config })
  const rows = JSON.parse((await runInProcess(['routes', '--json'], cwd)).stdout)
  t.deepEqual(rows[1], {
    id: 'users.create',
    method: 'POST',
    path: '/users',
    upstream: 'users',
    unverified: false,
    auth: 'jwt | api-key',
    policies: ['limit (rate-limit)'],
    lane: 'buffered',
  })
})

test('routes says which upstreams are not verified', async (t) => {
  const unverified = config.replace(/upstream\('users', \{/, "upstream('users', { tls: { verify: false },")
  const cwd = await createProject(t, { 'gateway.config.ts': unverified })
  t.regex((await runInProcess(['routes'], cwd)).stdout, /^POST +\/users +users \(unverified\) /m)
})
