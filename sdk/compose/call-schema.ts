import { z } from 'zod'
import { routeHedgeSchema } from '../hedge.js'
import { routeRetrySchema } from '../retry.js'
import { duration, size } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'

// biome-ignore lint/suspicious/noExplicitAny: what it takes and returns is the compiler's to check
const aFunction = z.custom<(from: any) => any>((value) => typeof value === 'function', 'expected a function')
const scalar = z.union([z.string(), z.number(), z.boolean()])

/** The options of a call as the load checks them. */
export const callSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY']).default('GET'),
  path: z.string(),
  needs: z.record(z.string(), z.unknown()).default({}),
  params: aFunction.optional(),
  query: z
    .union([aFunction, z.record(z.string(), z.union([scalar, z.array(scalar), z.undefined()]))], 'expected values or a function')
    .optional(),
  headers: z.union([aFunction, z.record(z.string(), z.string().optional())], 'expected texts or a function').optional(),
  upstreamBody: zodSchema.optional(),
  body: aFunction.optional(),
  response: zodSchema,
  timeout: duration.optional(),
  retry: z.union([z.literal(false), routeRetrySchema], 'expected false or { attempts, on, … }').optional(),
  hedge: z.union([z.literal(false), routeHedgeSchema], 'expected false or { after, max }').optional(),
  affinity: aFunction.optional(),
  responseLimit: size.optional(),
  fallback: z.unknown().optional(),
  optional: z.boolean().default(false),
})

/** The options of `each` as the load checks them. */
export const eachSchema = z.strictObject({
  concurrency: z.int().min(1).max(100).default(4),
  max: z.int().min(1).max(10_000).default(100),
  optional: z.boolean().default(false),
})

/** The options of `compose` as the load checks them. */
export const compositionSchema = z.strictObject({
  map: aFunction.optional(),
  partialStatus: z.union([z.literal(200), z.literal(207)]).default(200),
})
