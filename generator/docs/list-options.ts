import type { Schema } from '../../sdk/types.js'
import { describeType } from './describe-type.js'
import { partsOf, unwrap } from './schema-parts.js'

/** One option of a definition, as its schema knows it. */
export interface OptionFacts {
  /** Where it is: `health.interval`, `targets[].weight`. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  /** The default as it would be written; undefined if there is none, or only that of the options inside. */
  readonly fallback: string | undefined
}

function fallbackOf(schema: Schema): string | undefined {
  const { defaultValue, innerType } = partsOf(schema)
  if (defaultValue === undefined) return innerType && fallbackOf(innerType)
  const empty = typeof defaultValue === 'object' && defaultValue !== null && !Array.isArray(defaultValue)
  return empty && Object.keys(defaultValue).length === 0
    ? undefined
    : JSON.stringify(defaultValue)?.replaceAll('"', "'").replaceAll("','", "', '")
}

const isOptional = (schema: Schema): boolean => ['optional', 'default', 'prefault', 'unknown'].includes(partsOf(schema).type)

function inside(schema: Schema, path: string): OptionFacts[] {
  const inner = unwrap(schema)
  const { type, shape, element, options } = partsOf(inner)
  if (type === 'array' && element) return inside(element, `${path}[]`)
  if (type === 'union') return (options ?? []).flatMap((option) => inside(option, path))
  return Object.entries(shape ?? {}).flatMap(([key, option]) => {
    const at = path === '' ? key : `${path}.${key}`
    const facts = { path: at, type: describeType(option), required: !isOptional(option), fallback: fallbackOf(option) }
    return [facts, ...inside(option, at)]
  })
}

/** Every option of a schema, outer ones before those inside them, in the order of the source. */
export function listOptions(schema: Schema): readonly OptionFacts[] {
  return inside(schema, '')
}
