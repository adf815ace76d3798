import { z } from 'zod'
import type { AnyAuth } from '../auth.js'
import type { Key, Schema } from '../types.js'

/** True for a zod 4 schema, from whichever copy of zod it came. */
export const isZodSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && '_zod' in value

/** Accepts a zod 4 schema. */
export const zodSchema = z.custom<Schema>(isZodSchema, 'expected a zod 4 schema')

/** Accepts a key such as `ip` or `session.key(...)`. */
export const keyValue = z.custom<Key<never, string>>(
  (value) => typeof value === 'object' && value !== null && 'read' in value && typeof value.read === 'function',
  'expected a key such as `ip` or `session.key(auth => …)`',
)

/** Accepts an auth such as `jwt({ … })`; whether it is one is decided where it is resolved. */
export const authValue = z.custom<AnyAuth>(
  (value) => typeof value === 'object' && value !== null && 'definition' in value,
  'expected an auth such as jwt({ … })',
)

/** Parses a value by a schema that is only known structurally. */
export function parseWith<T>(schema: Schema<T>, value: unknown): z.ZodSafeParseResult<T> {
  return z.safeParse(schema as unknown as z.core.$ZodType<T>, value) as z.ZodSafeParseResult<T>
}
