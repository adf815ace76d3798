import { compareKeywords } from './keywords.js'
import type { JsonSchema } from './schema-use.js'

const SCHEMA = new Set([
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const SCHEMAS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const SCHEMA_MAP = new Set(['dependentSchemas', 'patternProperties', 'properties'])

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)

function mapValue(keyword: string, value: unknown, rename: (ref: string) => string): unknown {
  if (keyword === '$ref') return rename(value as string)
  if (SCHEMA.has(keyword)) return isObject(value) ? mapSchema(value, rename) : value
  if (SCHEMAS.has(keyword)) return (value as JsonSchema[]).map((part) => mapSchema(part, rename))
  if (SCHEMA_MAP.has(keyword))
    return Object.fromEntries(Object.entries(value as JsonSchema).map(([name, part]) => [name, mapSchema(part as JsonSchema, rename)]))
  if (keyword !== 'discriminator') return value
  const { propertyName, mapping } = value as { propertyName: string; mapping?: Record<string, string> }
  const targets = Object.entries(mapping ?? {}).map(([name, ref]) => [name, rename(ref)])
  return { propertyName, ...(targets.length > 0 && { mapping: Object.fromEntries(targets) }) }
}

/** Copies a JSON Schema with its keywords in printing order and every reference renamed; examples and constants stay as they are. */
export function mapSchema(schema: JsonSchema, rename: (ref: string) => string): JsonSchema {
  const keywords = Object.keys(schema).sort(compareKeywords)
  return Object.fromEntries(keywords.map((keyword) => [keyword, mapValue(keyword, schema[keyword], rename)]))
}
