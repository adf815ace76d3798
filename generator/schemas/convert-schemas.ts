import { z } from 'zod'
import type { ConfigIssue, Schema } from '../../sdk/index.js'
import { isSecret } from '../../sdk/resolve/keys-at.js'
import type { IdentityRegistry } from './identity-registry.js'
import { explainUnrepresentable, isDescribed, represent } from './represent.js'
import { unpublishable } from './schema-issue.js'
import type { JsonSchema, SchemaIo, SchemaUse } from './schema-use.js'
import { tidySchema } from './tidy-schema.js'

/** Keywords that show values, which a secret has none to show of. */
const VALUES = ['default', 'example', 'examples']

/** What one conversion found; references are `#/$defs/<key>`. */
export interface Conversion {
  readonly roots: ReadonlyMap<Schema, JsonSchema>
  /** Roots that may be left out altogether. */
  readonly optional: ReadonlySet<Schema>
  /** Bodies of the schemas with an id, by key. */
  readonly defs: Readonly<Record<string, JsonSchema>>
  /** Where each of those was first met. */
  readonly places: ReadonlyMap<string, SchemaUse>
  readonly issues: readonly ConfigIssue[]
}

type Shape = Record<string, z.core.$ZodType>

// One object with a member per schema: zod then converts what the schemas share once, and every path begins with the member.
function toJson(uses: ReadonlyMap<string, SchemaUse>, io: SchemaIo, registry: IdentityRegistry, issues: ConfigIssue[]) {
  const places = new Map<string, SchemaUse>()
  const described = new Set<z.core.$ZodType>()
  const shape = Object.fromEntries([...uses].map(([member, { schema }]) => [member, schema])) as unknown as Shape
  const useAt = (path: readonly (string | number)[]) => uses.get(String(path[1]))
  const json = z.toJSONSchema(z.object(shape), {
    io,
    metadata: registry,
    unrepresentable({ zodSchema, path, message }) {
      const own = isDescribed(registry.get(zodSchema)) || described.has(zodSchema)
      // A schema with metadata is a copy of one without, which zod converts next.
      if (own) for (let { parent } = zodSchema._zod; parent; parent = parent._zod.parent) described.add(parent)
      const replacement = own ? 'any' : represent(zodSchema, io)
      const use = useAt(path)
      if (replacement || !use) return replacement ?? 'any'
      issues.push(unpublishable(use, path.slice(2), ...explainUnrepresentable(zodSchema._zod.def.type, message)))
      return 'any'
    },
    override({ zodSchema, jsonSchema, path }) {
      const key = registry.keyOf(zodSchema)
      const use = useAt(path)
      if (key !== undefined && use) places.set(key, use)
      tidySchema(zodSchema, jsonSchema, registry.get(zodSchema))
      // Inner schemas come first: what wraps a secret may have taken these from it.
      if (isSecret(zodSchema)) for (const keyword of VALUES) delete jsonSchema[keyword]
    },
  })
  return { json, places }
}

// zod throws on a few schemas without saying where, so each is tried alone; the first to fail is the one that failed before.
function findFailure(uses: ReadonlyMap<string, SchemaUse>, io: SchemaIo, registry: IdentityRegistry, first: Error): ConfigIssue[] {
  const failures = [...uses].flatMap(([member, use]) => {
    try {
      toJson(new Map([[member, use]]), io, registry, [])
      return []
    } catch (error) {
      return { use, error: error as Error }
    }
  })
  return failures.map(({ use, error }, index) => {
    const { message } = index === 0 ? first : error
    return unpublishable(use, [], `not convertible: ${message}`, 'use schemas that JSON Schema can express')
  })
}

/** Converts every schema used in one direction, in one pass over what they share. */
export function convertSchemas(all: readonly SchemaUse[], io: SchemaIo, registry: IdentityRegistry): Conversion {
  const members = new Map<Schema, string>()
  const uses = new Map<string, SchemaUse>()
  for (const use of all.filter((use) => use.io === io)) {
    if (members.has(use.schema)) continue
    const member = `m${members.size}`
    members.set(use.schema, member)
    uses.set(member, use)
  }
  const issues: ConfigIssue[] = []
  try {
    const { json, places } = toJson(uses, io, registry, issues)
    const required = new Set(json.required)
    const properties = json.properties as Readonly<Record<string, JsonSchema>>
    const entries = [...members]
    return {
      roots: new Map(entries.map(([schema, member]) => [schema, properties[member] as JsonSchema])),
      optional: new Set(entries.flatMap(([schema, member]) => (required.has(member) ? [] : [schema]))),
      defs: (json.$defs ?? {}) as Readonly<Record<string, JsonSchema>>,
      places,
      issues,
    }
  } catch (error) {
    const failures = findFailure(uses, io, registry, error as Error)
    if (failures.length === 0) throw error
    return { roots: new Map(), optional: new Set(), defs: {}, places: new Map(), issues: [...issues, ...failures] }
  }
}
