/** A JSON Schema (draft 2020-12) as far as types are made of it. */
export type JsonSchema = boolean | SchemaObject

export interface SchemaObject {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly propertyNames?: JsonSchema
  readonly items?: JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly minItems?: number
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly not?: JsonSchema
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly deprecated?: boolean
}

const OBJECT_KEYS = ['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames'] as const

/** The types that a schema allows: as it says, else as its keywords imply; none if nothing is implied. */
export function typesOf(schema: SchemaObject): readonly string[] {
  if (schema.type !== undefined) return [schema.type].flat()
  if (OBJECT_KEYS.some((key) => schema[key] !== undefined)) return ['object']
  return schema.items !== undefined || schema.prefixItems !== undefined ? ['array'] : []
}

/** Whether a schema is nothing but an object, so that it can be an interface. */
export function isPlainObject(schema: JsonSchema): schema is SchemaObject {
  if (typeof schema === 'boolean') return false
  const more = [schema.$ref, schema.enum, schema.const, schema.oneOf, schema.anyOf, schema.allOf, schema.not]
  return typesOf(schema).join() === 'object' && more.every((keyword) => keyword === undefined)
}

/** The schemas that a value has to satisfy itself, at the same place: unlike those of its members. */
export function schemasInPlace(schema: JsonSchema): readonly JsonSchema[] {
  if (typeof schema === 'boolean') return []
  return [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])]
}
