import { z } from 'zod'
import { definitionOf } from '../schemas/definition.js'
import type { Schema } from '../types.js'

function step(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  const { shape, innerType, in: input, element, valueType, options } = definitionOf(schema)
  const [key, ...rest] = path
  if (innerType) return step(innerType, path)
  if (input) return step(input, path)
  if (options) return options.map((option) => step(option, path)).find((keys) => keys.length > 0) ?? []
  if (key === undefined) return Object.keys(shape ?? {})
  const next = shape?.[String(key)] ?? element ?? valueType
  return next ? step(next, rest) : []
}

/** The keys that a schema's object at `path` has; empty where it is no object. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  return step(schema, path)
}

const metaOf = (schema: Schema) => z.globalRegistry.get(schema as unknown as z.core.$ZodType) as { readonly secret?: boolean } | undefined

/** True if a schema itself, or what it wraps, is marked `.meta({ secret: true })`. */
export function isSecret(schema: Schema): boolean {
  return isSecretAt(schema, [])
}

/** True if a value at `path` lies in a schema marked `.meta({ secret: true })`, so that no message may show it. */
export function isSecretAt(schema: Schema, path: readonly PropertyKey[]): boolean {
  if (metaOf(schema)?.secret) return true
  const { shape, innerType, in: input, element, valueType, options } = definitionOf(schema)
  const inner = innerType ?? input
  if (inner) return isSecretAt(inner, path)
  if (options) return options.some((option) => isSecretAt(option, path))
  const [key, ...rest] = path
  const next = key === undefined ? undefined : (shape?.[String(key)] ?? element ?? valueType)
  return next !== undefined && isSecretAt(next, rest)
}
