import { z } from 'zod'
import { UPSTREAM_FAILURES } from '../fallback.js'
import type { ProblemCode } from '../problems.js'

const CODES = [...UPSTREAM_FAILURES, 'INTERNAL'] as const

/** Codes of the problems that a part may end in. */
export type PartProblemCode = (typeof CODES)[number]

/** Why an optional part of a composed response is missing. */
export interface PartFailure<N extends string = string> {
  readonly part: N
  /** Of a list of calls, the element that is missing; absent where all of it is. */
  readonly index?: number | undefined
  readonly code: PartProblemCode
  /** The status that the failure would have had as a response of its own. */
  readonly status: number
  readonly detail?: string | undefined
}

/** True for a problem that a part may end in. */
export function isPartProblem(code: ProblemCode): code is PartProblemCode {
  return (CODES as readonly ProblemCode[]).includes(code)
}

/** The schema of a composed response’s `errors` about the parts with these names. */
export function partErrors<const N extends string>(...names: readonly [N, ...N[]]): z.ZodType<PartFailure<N>[], PartFailure<N>[]> {
  const failure = z.object({
    part: z.enum(names).meta({ description: 'The part that is missing.' }),
    index: z.int().min(0).optional().meta({ description: 'Of a list of calls, the element that is missing; absent where all of it is.' }),
    code: z.enum(CODES).meta({ description: 'Why it is missing.' }),
    status: z.int().meta({ description: 'The status that the failure would have had as a response of its own.' }),
    detail: z.string().optional(),
  })
  return z.array(failure) as unknown as z.ZodType<PartFailure<N>[], PartFailure<N>[]>
}
