import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'

const root = fileURLToPath(new URL('..', import.meta.url))
const COMPILERS = { 'TypeScript 6': 'node_modules/typescript-6/bin/tsc', 'TypeScript 7': 'node_modules/typescript/bin/tsc' }

/** Runs a compiler; resolves with what it printed, empty if all is well. */
function compile(compiler: string, project: string): Promise<string> {
  const args = [join(root, compiler), '--noEmit', '--pretty', 'false', '-p', project]
  return new Promise((resolve) => execFile(process.execPath, args, { cwd: root }, (_error, stdout, stderr) => resolve(stdout + stderr)))
}

/** Compiles one file against the sdk's sources, as a project of its own. */
async function compileText(t: ExecutionContext, compiler: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-types-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules', 'gatewright'))
  await symlink(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'config.ts'), PREAMBLE + text)
  const compilerOptions = { types: [], noUnusedLocals: false }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }),
  )
  return compile(compiler, folder)
}

const PREAMBLE = `import { apiKey, cors, defineGateway, headers, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'
const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const claims = z.object({ sub: z.string(), plan: z.enum(['free', 'pro']) })
const session = jwt({ issuer: 'x', audience: 'y', algorithms: ['RS256'], claims })
const perUser = rateLimit({ by: session.key((auth) => auth.claims.sub), limit: '60/min' })
const get = { method: 'GET', upstream: users } as const
`

/** What the message of a frequent mistake has to say, and where: the text whose line and column the compiler names. */
const MESSAGES = [
  {
    mistake: 'a parameter that params lacks',
    text: `route({ ...get, path: '/u/{id}', params: z.object({ idd: z.uuid() }) })`,
    at: 'params:',
    says: /Property 'id' is missing in type '\{ idd: string; \}'/,
  },
  {
    mistake: 'a parameter that the path lacks',
    text: `route({ ...get, path: '/u/{id}', params: z.object({ id: z.uuid(), extra: z.string() }) })`,
    at: 'path:',
    says: /'params has a key that the path does not': "extra"/,
  },
  {
    mistake: 'a limiter keyed on an auth that the route lacks',
    text: `route({ ...get, path: '/u', use: { limit: perUser } })`,
    at: 'limit:',
    says: /Property 'auth' is missing in type 'BaseContext' but required in type '\{ auth: JwtAuth</,
  },
  {
    mistake: 'a string for an upstream',
    text: `route({ method: 'GET', path: '/u', upstream: 'users' })`,
    at: 'upstream:',
    says: /Type 'string' is not assignable to type '(?:Rollout \| )?Upstream<any>/,
  },
  {
    mistake: 'a plan missing in limits',
    text: `rateLimit({ by: ip, plan: session.key((auth) => auth.claims.plan), limits: { free: '1/s' } })`,
    at: 'limits:',
    says: /Property 'pro' is missing in type '\{ free: "1\/s"; \}'/,
  },
  {
    mistake: 'a rate with a misspelt unit',
    text: `rateLimit({ by: ip, limit: '60/mim' })`,
    at: 'limit:',
    says: /Type '"60\/mim"' is not assignable to type .*`\$\{number\}\/min`/,
  },
  {
    mistake: 'any origin with credentials',
    text: `cors({ origins: '*', credentials: true })`,
    at: 'credentials:',
    says: /Type 'true' is not assignable to type 'false'/,
  },
  {
    mistake: 'a map for an undeclared status',
    text: `route({ ...get, path: '/u', responses: { 200: z.string() }, mapResponse: { 404: () => '' } })`,
    at: '404:',
    says: /'404' does not exist in type '\{ readonly 200\?:/,
  },
  {
    mistake: 'a transform that returns the wrong shape',
    text: `route({ ...get, path: '/u', responses: { 200: z.object({ id: z.string() }) }, mapResponse: { 200: () => ({ idd: 1 }) } })`,
    at: '200: () =>',
    says: /'\{ idd: number; \}' is not assignable to type '(Promise<)?\{ id: string; \}/,
  },
  {
    mistake: 'a misspelt name on the context',
    text: `route({ ...get, path: '/u', use: { limit: rateLimit({ by: ip, limit: '1/s' }) }, mapRequest: (_body, ctx) => ctx.limit.remainin })`,
    at: 'remainin',
    says: /Property 'remainin' does not exist on type 'RateLimitState'\. Did you mean 'remaining'\?/,
  },
  {
    mistake: 'a misspelt option',
    text: `route({ ...get, path: '/u', bodyLimt: '1mb' })`,
    at: 'bodyLimt:',
    says: /'bodyLimt' does not exist in type/,
  },
]

for (const [name, compiler] of Object.entries(COMPILERS)) {
  test(`${name} infers everything promised and refuses every misuse`, async (t) => {
    t.is(await compile(compiler, 'test/types'), '')
  })

  test(`${name} explains frequent mistakes at the place where they are`, async (t) => {
    const output = await compileText(t, compiler, MESSAGES.map(({ text }) => `${text}\n`).join(''))
    const first = PREAMBLE.split('\n').length
    for (const [index, { mistake, text, at, says }] of MESSAGES.entries()) {
      const line = first + index
      const message = output.split(/^config\.ts|^.*[\\/]config\.ts/m).find((part) => part.startsWith(`(${line},`))
      t.truthy(message, `${mistake}: no error on its line`)
      t.regex(message ?? '', says, mistake)
      t.is(Number(/^\(\d+,(\d+)\)/.exec(message ?? '')?.[1]), text.indexOf(at) + 1, `${mistake}: not at "${at}"`)
    }
    t.is(output.match(/config\.ts\(/g)?.length, MESSAGES.length, output)
  })
}
