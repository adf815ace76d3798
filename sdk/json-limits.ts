import { z } from 'zod'

/**
 * Bounds on a JSON body, beside its size. Names that occur twice in one object (RFC 8259 section 4) and names that reach a
 * prototype (`__proto__`, `constructor` with `prototype`) are always refused.
 */
export const jsonLimitsSchema = z.strictObject({
  /** Levels of objects and arrays in one another. Default 64. */
  depth: z.int().min(1).max(1_000).default(64),
  /** Members of all objects and elements of all arrays together. Default 50,000. */
  values: z.int().min(1).default(50_000),
})

/** Parsed bounds on a JSON body. */
export type JsonLimits = z.output<typeof jsonLimitsSchema>

/** Bounds on JSON in requests; see {@link jsonLimitsSchema}. */
export interface JsonLimitOptions {
  /** Levels of objects and arrays in one another. Default 64. */
  readonly depth?: number
  /** Members of all objects and elements of all arrays together. Default 50,000. */
  readonly values?: number
}
