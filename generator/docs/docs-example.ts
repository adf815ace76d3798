import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Effects, type ResolvedGateway, resolveGateway } from '../../sdk/index.js'
import type { ResolvedAuth, ResolvedPolicy } from '../../sdk/resolved.js'

/** A gateway that a page shows, and what loading it finds. */
export interface DocsExample {
  readonly source: string
  readonly gateway: ResolvedGateway
}

/** Loads `docs/examples/<name>/gateway.config.ts`; throws ConfigError if it is not valid. */
export async function loadExample(docs: string, name: string): Promise<DocsExample> {
  const file = join(docs, 'examples', name, 'gateway.config.ts')
  const loaded = (await import(pathToFileURL(file).href)) as { default: unknown }
  return { source: await readFile(file, 'utf8'), gateway: resolveGateway(loaded.default) }
}

const withParts = (auth: ResolvedAuth): ResolvedPolicy[] => [auth, ...auth.parts.flatMap(withParts)]

/** What callers can observe of a policy or auth in each place where a gateway uses it. */
export function usesIn({ routes }: ResolvedGateway, name: string): readonly Effects[] {
  return routes.flatMap(({ method, policies, auth }) => {
    const used = [...policies.map(({ policy }) => policy), ...(auth ? withParts(auth) : [])]
    return used.filter((policy) => policy.name === name).map((policy) => policy.effects(method))
  })
}

/** What callers can observe of a policy, over every place where an example uses it. */
export function effectsIn({ gateway }: Pick<DocsExample, 'gateway'>, name: string): Required<Effects> {
  const effects = usesIn(gateway, name)
  const headers = new Map(effects.flatMap((one) => one.headers ?? []).map((header) => [header.name, header]))
  return {
    problems: [...new Set(effects.flatMap((one) => one.problems ?? []))],
    headers: [...headers.values()],
    replies: effects.flatMap((one) => one.replies ?? []),
    requestHeaders: effects.flatMap((one) => one.requestHeaders ?? []),
    security: effects.flatMap((one) => one.security ?? []),
    anonymous: effects.some(({ anonymous }) => anonymous),
    scopes: effects.flatMap((one) => one.scopes ?? []),
  }
}
