import { writeProject } from './create-project.js'

const PER_FILE = 50

function routesFile(from: number, to: number): string {
  const routes = Array.from({ length: to - from }, (_, index) => from + index).map(
    (n) => `  /** Reads thing ${n}. */
  get${n}: things.route({
    method: 'GET',
    path: '/${n}/{id}',
    upstream: upstreams[${n % 10}]!,
    params: z.object({ id: z.uuid() }),
    query: z.object({ page: z.coerce.number().optional() }),
    responses: { 200: z.object({ id: z.string(), name: z.string(), size: z.number() }), 404: 'problem' },
  }),`,
  )
  return `import { group } from 'gatewright'
import { z } from 'zod'
import { upstreams } from './upstreams.js'

const things = group({ prefix: '/things' })

export const routes = {
${routes.join('\n')}
}
`
}

/** Writes a config with many routes in files of fifty, on ten upstreams. */
export async function writeManyRoutes(folder: string, count: number): Promise<void> {
  const parts = Array.from({ length: Math.ceil(count / PER_FILE) }, (_, index) => index)
  const files = parts.map((part) => [`src/part${part}.ts`, routesFile(part * PER_FILE, Math.min(count, (part + 1) * PER_FILE))] as const)
  await writeProject(folder, {
    ...Object.fromEntries(files),
    'src/upstreams.ts': `import { upstream } from 'gatewright'
export const upstreams = Array.from({ length: 10 }, (_, n) => upstream(\`up\${n}\`, { targets: [\`http://127.0.0.1:\${4000 + n}\`] }))
`,
    'gateway.config.ts': `import { defineGateway } from 'gatewright'
${parts.map((part) => `import { routes as part${part} } from './src/part${part}.js'`).join('\n')}

export default defineGateway({
  info: { title: 'Many routes', version: '1.0.0' },
  routes: { ${parts.map((part) => `part${part}`).join(', ')} },
})
`,
  })
}
