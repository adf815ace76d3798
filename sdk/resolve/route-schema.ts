import { z } from 'zod'
import { headerName, size } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'
import { timeoutsSchema } from '../upstream.js'

const condition = z.union([z.string(), z.strictObject({ pattern: z.string().min(1) })], 'expected a text or { pattern }')
const mapFunction = z.custom<(body: unknown, ctx: unknown) => unknown>((value) => typeof value === 'function', 'expected a function')
const status = z.coerce.number<string>().int().min(200).max(599)
const responseSpec = z.union(
  [zodSchema, z.enum(['problem', 'empty', 'text', 'binary'])],
  'expected a schema, "problem", "empty", "text" or "binary"',
)

/** The options of a route as the load checks them; upstream, auth and policies are resolved on their own. */
export const routeSchema = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', '*']),
  path: z.string(),
  upstream: z.unknown().optional(),
  auth: z.unknown().optional(),
  use: z.unknown().optional(),
  match: z
    .strictObject({
      host: z
        .string()
        .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'expected a host name such as "api.example.org" or "*.example.org"')
        .optional(),
      headers: z.record(headerName, condition).optional(),
      query: z.record(z.string(), condition).optional(),
    })
    .optional(),
  params: zodSchema.optional(),
  query: zodSchema.optional(),
  body: zodSchema.optional(),
  responses: z.record(status, responseSpec).default({}),
  upstreamBody: zodSchema.optional(),
  upstreamResponses: z.record(status, zodSchema).default({}),
  mapRequest: mapFunction.optional(),
  mapResponse: z.record(status, mapFunction).default({}),
  summary: z.string().min(1).optional(),
  description: z.string().min(1).optional(),
  tags: z.array(z.string().min(1)).optional(),
  deprecated: z.boolean().default(false),
  internal: z.boolean().default(false),
  upstreamPath: z.string().optional(),
  stripPrefix: z
    .string()
    .regex(/^\/.*[^/]$/, 'expected a prefix such as "/api": starts with "/", does not end with it')
    .optional(),
  host: z.enum(['upstream', 'preserve']).default('upstream'),
  bodyLimit: size.prefault('1mb'),
  responseLimit: size.prefault('4mb'),
  timeouts: timeoutsSchema.omit({ connect: true }).optional(),
  lifecycle: z.enum(['direct', 'hapi']).optional(),
})
