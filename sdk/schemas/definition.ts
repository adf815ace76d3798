import type { Schema } from '../types.js'

/** What zod keeps of a schema, as far as it is read here. */
export interface SchemaDefinition {
  readonly type: string
  /** Members of an object. */
  readonly shape?: Readonly<Record<string, Schema>>
  /** What a wrapper wraps: optional, nullable, default, readonly, catch. */
  readonly innerType?: Schema
  /** The two ends of a pipe. */
  readonly in?: Schema
  readonly out?: Schema
  /** Elements of a list or set, values of a record or map. */
  readonly element?: Schema
  readonly valueType?: Schema
  /** Of a tuple: its elements by place, and what may follow them. */
  readonly items?: readonly Schema[]
  readonly rest?: Schema | null
  /** Of an object: what its other members are. */
  readonly catchall?: Schema
  /** Of a union, and of an intersection. */
  readonly options?: readonly Schema[]
  readonly left?: Schema
  readonly right?: Schema
  /** Of a schema that is made when it is needed. */
  readonly getter?: () => Schema
}

interface Internals {
  readonly def: SchemaDefinition
  readonly optin?: string
  readonly optout?: string
}

const internalsOf = (schema: Schema) => (schema as unknown as { readonly _zod: Internals })._zod

/** A schema's definition. */
export const definitionOf = (schema: Schema): SchemaDefinition => internalsOf(schema).def

/** True if what a schema yields may be absent from an object. */
export const mayBeAbsent = (schema: Schema): boolean => internalsOf(schema).optout === 'optional'

/** True if what a schema takes may be absent from an object. */
export const mayBeOmitted = (schema: Schema): boolean => internalsOf(schema).optin === 'optional'
