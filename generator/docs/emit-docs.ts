import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gatewaySchema } from '../../sdk/gateway.js'
import { ISSUES, type IssueCode, PROBLEMS, type ProblemCode } from '../../sdk/index.js'
import { authDefinitions, policyDefinitions } from '../../sdk/policies/index.js'
import type { PolicyDefinition } from '../../sdk/policy.js'
import { routeSchema } from '../../sdk/resolve/route-schema.js'
import { upstreamSchema } from '../../sdk/upstream.js'
import { effectsIn, loadExample } from './docs-example.js'
import { emitConfigErrorPage } from './emit-config-error-page.js'
import { emitIndexPage } from './emit-index-page.js'
import { emitOptionsPage, type OptionsSource } from './emit-options-page.js'
import { emitPolicyPage } from './emit-policy-page.js'
import { emitProblemPage } from './emit-problem-page.js'
import type { Page } from './page.js'
import { readBodies } from './read-bodies.js'
import { CommentReader } from './read-comments.js'

const OPTION_PAGES: Readonly<Record<string, OptionsSource>> = {
  gateway: {
    name: 'defineGateway',
    functionFile: 'gateway.ts',
    schemaFile: 'gateway.ts',
    schemaName: 'gatewaySchema',
    schema: gatewaySchema,
  },
  route: { name: 'route', functionFile: 'route.ts', schemaFile: 'resolve/route-schema.ts', schemaName: 'routeSchema', schema: routeSchema },
  upstream: {
    name: 'upstream',
    functionFile: 'upstream.ts',
    schemaFile: 'upstream.ts',
    schemaName: 'upstreamSchema',
    schema: upstreamSchema,
  },
}

/** The files of the config errors' examples, and what holds them there. */
const EXAMPLES = [
  ['./config-error-examples.ts', 'CONFIG_ERROR_EXAMPLES'],
  ['./upstream-error-examples.ts', 'UPSTREAM_ERROR_EXAMPLES'],
  ['./body-error-examples.ts', 'BODY_ERROR_EXAMPLES'],
] as const

const definitions: readonly PolicyDefinition[] = [...Object.values(policyDefinitions), ...Object.values(authDefinitions)]

/** Every generated page of the repository at `root`, from its definitions, their comments and the examples in `docs/examples`. */
export async function emitDocs(root: string): Promise<readonly Page[]> {
  const docs = join(root, 'docs')
  const comments = new CommentReader(join(root, 'sdk'))
  const bodies = new Map(EXAMPLES.flatMap(([file, name]) => [...readBodies(fileURLToPath(new URL(file, import.meta.url)), name)]))
  const policies = await Promise.all(
    definitions.map(async (definition) => ({ definition, example: await loadExample(docs, definition.name) })),
  )
  const options = await Promise.all(
    Object.entries(OPTION_PAGES).map(async ([name, source]) =>
      emitOptionsPage(`${name}.md`, source, await loadExample(docs, name), comments),
    ),
  )
  const answering = (code: ProblemCode) =>
    policies
      .filter(({ definition, example }) => effectsIn(example, definition.name).problems.includes(code))
      .map(({ definition }) => definition.name)
  return [
    emitIndexPage(Object.keys(policyDefinitions), Object.keys(authDefinitions), comments),
    ...options,
    ...policies.map(({ definition, example }) => emitPolicyPage(definition, example, comments)),
    ...(Object.keys(PROBLEMS) as ProblemCode[]).map((code) => emitProblemPage(code, answering(code))),
    ...(Object.keys(ISSUES) as IssueCode[]).map((code) => emitConfigErrorPage(code, bodies.get(code))),
  ]
}
