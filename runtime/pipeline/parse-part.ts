import { z } from 'zod'
import { Problem, type Schema } from '../../sdk/index.js'

/** A part of a request, as `errors` names it. */
export type RequestPart = 'path' | 'query' | 'header' | 'cookie' | 'body'

/**
 * Parses a part of the request.
 * @throws Problem INVALID_REQUEST that names every field that does not match (RFC 9457 extension member `errors`)
 */
export function parsePart(schema: Schema, value: unknown, part: RequestPart): unknown {
  const result = z.safeParse(schema as unknown as z.core.$ZodType, value)
  if (result.success) return result.data
  const errors = result.error.issues.map((issue) => ({ in: part, path: issue.path.map(String).join('.'), message: issue.message }))
  throw new Problem('INVALID_REQUEST', { detail: `The ${part} does not match what this operation takes.`, extensions: { errors } })
}
