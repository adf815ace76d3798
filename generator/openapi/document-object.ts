import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedGateway } from '../../sdk/index.js'
import { renderSchemas } from '../schemas/render-schemas.js'
import { collectSchemaUses } from './collect-schema-uses.js'
import { componentsObject } from './components-object.js'
import { infoObject } from './info-object.js'
import { NamedComponents } from './named-components.js'
import type { OpenApiContext, OpenApiVariant, RouteDocs } from './openapi-context.js'
import { pathsObject } from './paths-object.js'
import { PROBLEM } from './problem-schema.js'
import { serverObjects } from './server-objects.js'
import { tagObjects } from './tag-objects.js'

/** The OpenAPI Object (OpenAPI 3.1 section 4.8.1) of a gateway's routes; routes of any method have no place in it. */
export function documentObject(
  { settings, routes }: ResolvedGateway,
  variant: OpenApiVariant,
  docs: ReadonlyMap<string, RouteDocs>,
): OpenAPIV3_1.Document {
  const published = routes.filter(({ method, internal }) => method !== '*' && method !== 'QUERY' && (variant === 'internal' || !internal))
  const context: OpenApiContext = {
    settings,
    variant,
    docs,
    schemas: renderSchemas(collectSchemaUses(published), new Set([PROBLEM])),
    headers: new NamedComponents(),
    securitySchemes: new NamedComponents(),
    problemResponses: new Map(),
  }
  const paths = pathsObject(published, context)
  return {
    openapi: '3.1.0',
    info: infoObject(settings),
    servers: serverObjects(settings),
    tags: tagObjects(published, settings),
    paths,
    components: componentsObject(published, paths, context),
  }
}
