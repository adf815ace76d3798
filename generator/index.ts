export type { EmitOpenApiOptions, EmittedOpenApi } from './openapi/emit-open-api.js'
export { emitOpenApi } from './openapi/emit-open-api.js'
export type { OpenApiVariant, RouteDocs } from './openapi/openapi-context.js'
