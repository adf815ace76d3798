import { ConfigError, type ConfigIssue, type Schema } from '../../sdk/index.js'
import { type Conversion, convertSchemas } from './convert-schemas.js'
import { IdentityRegistry } from './identity-registry.js'
import { mapSchema } from './map-schema.js'
import { keyOfRef, nameComponents } from './name-components.js'
import { unpublishable } from './schema-issue.js'
import type { JsonSchema, SchemaIo, SchemaUse } from './schema-use.js'

/** The schemas of one document. */
export interface RenderedSchemas {
  /** A schema as it stands in the document: a reference where it has an id. */
  schemaOf(schema: Schema, io: SchemaIo): JsonSchema
  /** A printed schema with a reference at its root followed; what stands beside the reference wins. */
  follow(printed: JsonSchema): JsonSchema
  /** True if the whole value may be left out. */
  isOptional(schema: Schema, io: SchemaIo): boolean
  /** Every schema with an id, by component name, sorted. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

const PREFIX = '#/components/schemas/'
const DIRECTIONS: readonly SchemaIo[] = ['output', 'input']

// zod names a schema itself only where it contains itself and has no id.
function findNamelessCycles(conversion: Conversion, uses: readonly SchemaUse[], io: SchemaIo, registry: IdentityRegistry): ConfigIssue[] {
  const find = (body: JsonSchema | undefined, use: SchemaUse | undefined): ConfigIssue[] => {
    let found = false
    if (body)
      mapSchema(body, (ref) => {
        found ||= !registry.knows(keyOfRef(ref))
        return ref
      })
    return found && use
      ? [unpublishable(use, [], 'recursive, in a part without a name', 'add `.meta({ id: "Name" })` to the part that contains itself')]
      : []
  }
  const seen = new Set<Schema>()
  const roots = uses.filter((use) => use.io === io && !seen.has(use.schema) && seen.add(use.schema))
  return [
    ...roots.flatMap((use) => find(conversion.roots.get(use.schema), use)),
    ...[...conversion.places].flatMap(([key, use]) => find(conversion.defs[key], use)),
  ]
}

function once(issues: readonly ConfigIssue[]): ConfigIssue[] {
  return [...new Map(issues.map((issue) => [`${issue.code} ${issue.path.join('\u0000')} ${issue.message}`, issue])).values()]
}

/**
 * Renders the schemas of one document as JSON Schema 2020-12, requests by what they accept and responses by what they yield.
 * `reserved` are component names that the document gives itself.
 * @throws ConfigError GW1501 for two schemas with one name, GW1502 for what JSON Schema cannot express.
 */
export function renderSchemas(uses: readonly SchemaUse[], reserved: ReadonlySet<string> = new Set()): RenderedSchemas {
  const registry = new IdentityRegistry()
  const conversions = { output: convertSchemas(uses, 'output', registry), input: convertSchemas(uses, 'input', registry) }
  const unpublished = DIRECTIONS.flatMap((io) => [...conversions[io].issues, ...findNamelessCycles(conversions[io], uses, io, registry)])
  if (unpublished.length > 0) throw new ConfigError(once(unpublished))
  const { nameOf, issues } = nameComponents(conversions, registry, reserved)
  if (issues.length > 0) throw new ConfigError(once(issues))

  const publish = (io: SchemaIo, body: JsonSchema) => mapSchema(body, (ref) => PREFIX + nameOf(io, registry.idOf(keyOfRef(ref))))
  const components = new Map<string, JsonSchema>()
  for (const io of DIRECTIONS)
    for (const [key, body] of Object.entries(conversions[io].defs)) {
      const name = nameOf(io, registry.idOf(key))
      if (!components.has(name)) components.set(name, publish(io, body))
    }
  const schemaOf = (schema: Schema, io: SchemaIo) => publish(io, conversions[io].roots.get(schema) ?? {})
  return {
    schemaOf,
    follow(printed) {
      let body = printed
      for (let depth = 0; depth < components.size && typeof body['$ref'] === 'string'; depth++) {
        const { $ref, ...beside } = body
        body = { ...components.get(($ref as string).slice(PREFIX.length)), ...beside }
      }
      return body
    },
    isOptional: (schema, io) => conversions[io].optional.has(schema),
    components: Object.fromEntries([...components].sort(([left], [right]) => (left < right ? -1 : 1))),
  }
}
