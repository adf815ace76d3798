import type { ClientOperation } from './operation.js'
import { isPlainObject, type JsonSchema, typesOf } from './schema.js'
import { componentOf } from './type-scope.js'

/** The component that a response's schema refers to and nothing else. */
export function referredComponent(schema: JsonSchema): string | undefined {
  return typeof schema === 'object' && schema.$ref !== undefined ? componentOf(schema.$ref) : undefined
}

function hasCode(schema: JsonSchema | undefined): boolean {
  if (schema === undefined || !isPlainObject(schema)) return false
  const code = schema.properties?.['code']
  return typeof code === 'object' && typesOf(code).join() === 'string'
}

/** The components that are problem documents with a `code`: their types get the code as a parameter. */
export function findProblemComponents(
  operations: readonly ClientOperation[],
  schemas: Readonly<Record<string, JsonSchema>>,
): ReadonlySet<string> {
  const responses = operations.flatMap((operation) => operation.responses).filter(({ reader }) => reader === 'problem')
  const names = new Set(responses.flatMap(({ schema }) => referredComponent(schema) ?? []))
  return new Set([...names].filter((name) => Object.hasOwn(schemas, name) && hasCode(schemas[name])))
}
