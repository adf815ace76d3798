import type { OpenAPIV3_1 } from 'openapi-types'
import { stringify } from 'yaml'
import type { ResolvedGateway } from '../../sdk/index.js'
import { documentObject } from './document-object.js'
import type { OpenApiVariant, RouteDocs } from './openapi-context.js'

/** Options of {@link emitOpenApi}. */
export interface EmitOpenApiOptions {
  /** `public` (default) leaves out internal routes and everything about upstreams and policies; `internal` has both. */
  readonly variant?: OpenApiVariant
  /** Texts by route id, such as JSDoc comments; a route's own `summary` and `description` come before them. */
  readonly docs?: ReadonlyMap<string, RouteDocs>
}

/** An OpenAPI 3.1 document and its texts, which end with a newline. */
export interface EmittedOpenApi {
  readonly document: OpenAPIV3_1.Document
  readonly json: string
  readonly yaml: string
}

/**
 * Emits the OpenAPI 3.1 document of a gateway; the same gateway gives the same bytes.
 * @throws ConfigError GW1501 for two schemas with one name, GW1502 for a schema that JSON Schema cannot express.
 */
export function emitOpenApi(gateway: ResolvedGateway, options: EmitOpenApiOptions = {}): EmittedOpenApi {
  const document = documentObject(gateway, options.variant ?? 'public', options.docs ?? new Map())
  let json: string | undefined
  let yaml: string | undefined
  return {
    document,
    get json() {
      json ??= `${JSON.stringify(document, null, 2)}\n`
      return json
    },
    get yaml() {
      // Quoted also where only YAML 1.1 would read another type, such as `on` and `2026-01-01`.
      yaml ??= stringify(document, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 })
      return yaml
    },
  }
}
