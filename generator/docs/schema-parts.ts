import { z } from 'zod'
import type { Schema } from '../../sdk/types.js'

/** What a zod schema is made of, as far as the reference pages need it. */
export interface SchemaParts {
  readonly type: string
  readonly shape?: Readonly<Record<string, Schema>>
  readonly innerType?: Schema
  readonly in?: Schema
  readonly element?: Schema
  readonly keyType?: Schema
  readonly valueType?: Schema
  readonly options?: readonly Schema[]
  readonly values?: readonly unknown[]
  readonly entries?: Readonly<Record<string, string>>
  readonly defaultValue?: unknown
  /** Of a number: the kind of whole number that it is. */
  readonly format?: string
  readonly checks?: readonly { readonly _zod: { readonly def: SchemaCheck } }[]
}

/** A bound on a number, or on the length of a text or list. */
export interface SchemaCheck {
  readonly check: string
  readonly value?: number
  readonly minimum?: number
  readonly maximum?: number
}

export function partsOf(schema: Schema): SchemaParts {
  return (schema as unknown as { _zod: { def: SchemaParts } })._zod.def
}

/** What a schema says it expected when it is given `value`, without the word "expected"; undefined if it says nothing of its own. */
export function expectationOf(schema: Schema, value: unknown): string | undefined {
  const [issue] = z.safeParse(schema as unknown as z.core.$ZodType, value).error?.issues ?? []
  if (issue?.code === 'custom' && typeof issue.params?.['expected'] === 'string') return issue.params['expected']
  return issue?.message.startsWith('expected ') ? issue.message.slice('expected '.length) : undefined
}

/** A schema without the wrappers that make it optional or give it a default. */
export function unwrap(schema: Schema): Schema {
  const { innerType, in: input, type } = partsOf(schema)
  if (innerType) return unwrap(innerType)
  // An object that is transformed afterwards is still written as an object.
  return type === 'pipe' && input && partsOf(input).type === 'object' ? input : schema
}
