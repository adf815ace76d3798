import { z } from 'zod'

/** Where a claim stands: its name, or the names on the way to it; always yields the way. */
export const claimPath = z.union([
  z
    .string()
    .min(1)
    .transform((name) => [name]),
  z.array(z.string().min(1)).min(1),
])
