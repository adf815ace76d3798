/** Keywords that a published schema may have, in the order in which they are printed. */
const ORDER = [
  '$ref',
  'title',
  'description',
  'deprecated',
  'readOnly',
  'writeOnly',
  'type',
  'format',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'const',
  'enum',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'properties',
  'patternProperties',
  'propertyNames',
  'required',
  'dependentRequired',
  'dependentSchemas',
  'minProperties',
  'maxProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'prefixItems',
  'items',
  'contains',
  'minContains',
  'maxContains',
  'minItems',
  'maxItems',
  'uniqueItems',
  'unevaluatedItems',
  'allOf',
  'anyOf',
  'oneOf',
  'discriminator',
  'not',
  'if',
  'then',
  'else',
  'default',
  'example',
  'examples',
  'externalDocs',
  'xml',
] as const

const RANK: ReadonlyMap<string, number> = new Map(ORDER.map((keyword, index) => [keyword, index]))

/** True for JSON Schema and OpenAPI keywords and for `x-` extensions; other metadata stays out of documents. */
export function isKeyword(name: string): boolean {
  return RANK.has(name) || name.startsWith('x-')
}

/** Sorts keywords: known ones in the order of the table, then extensions by name. */
export function compareKeywords(left: string, right: string): number {
  const unknown = ORDER.length
  return (RANK.get(left) ?? unknown) - (RANK.get(right) ?? unknown) || (left < right ? -1 : 1)
}
