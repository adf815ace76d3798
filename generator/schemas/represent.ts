import type { z } from 'zod'
import type { SchemaIo } from './schema-use.js'

/** How to print a schema for which zod has no JSON Schema: a replacement, `'any'`, or undefined if there is none. */
export type Representation = z.core.JSONSchema.BaseSchema | 'any' | undefined

const DESCRIBING = ['type', '$ref', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'] as const

/** True if metadata says what a schema is, so that no form of it has to be found. */
export function isDescribed(meta: Readonly<Record<string, unknown>> | undefined): boolean {
  return meta !== undefined && DESCRIBING.some((keyword) => keyword in meta)
}

/** Finds a form for what zod cannot print: dates and big integers as they travel in JSON. */
export function represent(schema: z.core.$ZodTypes, io: SchemaIo): Representation {
  const { def } = schema._zod
  switch (def.type) {
    case 'date':
      return { type: 'string', format: 'date-time' }
    case 'bigint':
      return { type: 'integer', format: 'int64' }
    case 'transform':
      // What a transform takes is whatever comes; only its result needs a description.
      return io === 'input' ? 'any' : undefined
    case 'default':
    case 'prefault':
    case 'catch':
      return 'any'
    case 'literal':
      return def.values.every((value) => typeof value !== 'undefined' && (typeof value !== 'bigint' || Number.isSafeInteger(Number(value))))
        ? 'any'
        : undefined
    default:
      return undefined
  }
}

const REASONS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  transform: [
    'a transform, whose result no JSON Schema describes',
    'add `.pipe(schema)` after the transform, or declare the response without it and transform in `mapResponse`',
  ],
  custom: ['a custom check, which no JSON Schema describes', 'describe it with `.meta({ type: "string" })` or use a schema of zod'],
  map: ['a Map, which JSON cannot carry', 'use `z.record(keys, values)`'],
  set: ['a Set, which JSON cannot carry', 'use `z.array(values)`'],
  undefined: ['undefined, which JSON cannot carry', 'use `.optional()`, or "empty" for a response without a body'],
  void: ['void, which JSON cannot carry', 'use "empty" for a response without a body'],
}

/** Says in words why a schema cannot be published, and what to write instead. */
export function explainUnrepresentable(type: string, message: string): readonly [what: string, hint: string] {
  return REASONS[type] ?? [`a ${type}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, 'use a schema of what travels in JSON']
}
