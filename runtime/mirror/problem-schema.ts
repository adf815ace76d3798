import { z } from 'zod'
import type { Schema } from '../../sdk/index.js'

/** What two problems have in common if they are the same (RFC 9457): not `instance`, which is of one occurrence, and no extension. */
export const PROBLEM_SCHEMA = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
}) as unknown as Schema
