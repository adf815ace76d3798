import type { OpenAPIV3_1 } from 'openapi-types'
import type { ProblemCode, ResolvedGateway } from '../../sdk/index.js'
import type { RenderedSchemas } from '../schemas/render-schemas.js'
import type { NamedComponents } from './named-components.js'

/** Whom a document is for: `public` says nothing of internal routes, upstreams and policies. */
export type OpenApiVariant = 'public' | 'internal'

/** Texts of a route that stand beside its definition, such as its JSDoc comment. */
export interface RouteDocs {
  readonly summary?: string | undefined
  readonly description?: string | undefined
}

/** A Response Object with this gateway's extension: the codes of the problems that the gateway itself answers, sorted. */
export type Response = OpenAPIV3_1.ResponseObject & { 'x-problem-codes'?: readonly ProblemCode[] }

/** What the objects of one document share while they are built. */
export interface OpenApiContext {
  readonly settings: ResolvedGateway['settings']
  readonly variant: OpenApiVariant
  readonly docs: ReadonlyMap<string, RouteDocs>
  readonly schemas: RenderedSchemas
  readonly headers: NamedComponents<OpenAPIV3_1.HeaderObject>
  readonly securitySchemes: NamedComponents<OpenAPIV3_1.SecuritySchemeObject>
  /** Responses that are nothing but problems, each once. */
  readonly problemResponses: Map<string, Response>
}
