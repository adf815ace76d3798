import type { Schema } from '../types.js'
import { parseWith } from './values.js'

/** Reports what is wrong with an option, by path from it. */
export type Fail = (path: PropertyKey[], message: string) => void

/** Parses the `metadata` of someone who is listed in the config or a store; reports what does not fit the schema. */
export function parseMetadata(schema: Schema | undefined, given: unknown, fail: Fail): unknown {
  if (!schema) {
    if (given !== undefined) fail(['metadata'], 'expected a schema for it in `metadata`')
    return undefined
  }
  const result = parseWith(schema, given)
  for (const issue of result.error?.issues ?? []) fail(['metadata', ...issue.path], issue.message.replace(/^Invalid input: /, ''))
  return result.data
}
