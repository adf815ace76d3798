import type { ResolvedGateway } from '../../sdk/resolved.js'
import { emitClient } from '../client/emit-client.js'
import type { RouteDocs } from '../diagnostics/read-route-docs.js'
import { emitOpenApi } from '../openapi/emit-open-api.js'

/** What is emitted: the routes for callers or all of them, with what the comments above routes say. */
export interface EmitOptions {
  readonly variant: 'public' | 'internal'
  readonly docs: ReadonlyMap<string, RouteDocs>
}

/** Every generated file by its path inside the output folder. */
export function emitFiles(gateway: ResolvedGateway, options: EmitOptions): ReadonlyMap<string, string> {
  const { document, json, yaml } = emitOpenApi(gateway, options)
  const client = [...emitClient(document)].map(([name, text]) => [`client/${name}`, text] as const)
  return new Map([['openapi.json', json], ['openapi.yaml', yaml], ...client])
}
