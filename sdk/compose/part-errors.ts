import { z } from 'zod'
import { PROBLEMS, type ProblemCode, type ProblemType } from '../problems.js'

type Failing = 500 | 502 | 503 | 504 | 508

/** Codes of the problems that a part may end in. */
export type PartProblemCode = {
  [C in ProblemCode]: (typeof PROBLEMS)[C]['status'] extends Failing ? C : never
}[ProblemCode]

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

const rows = Object.entries(PROBLEMS) as readonly [ProblemCode, ProblemType][]
const CODES = rows.filter(([, { status }]) => status >= 500).map(([code]) => code) as readonly PartProblemCode[]

/** True for a problem that a part may end in. */
export function isPartProblem(code: ProblemCode): code is PartProblemCode {
  return (CODES as readonly ProblemCode[]).includes(code)
}

/** The schema of a composed response’s `errors` about the parts with these names. */
export function partErrors<const N extends string>(...names: readonly [N, ...N[]]): z.ZodType<PartFailure<N>[], PartFailure<N>[]> {
  const failure = z.object({
    part: z.enum(names).meta({ description: 'The part that is missing.' }),
    index: z.int().min(0).optional().meta({ description: 'Of a list of calls, the element that is missing; absent where all of it is.' }),
    code: z.enum(CODES as readonly [PartProblemCode, ...PartProblemCode[]]).meta({ description: 'Why it is missing.' }),
    status: z.int().meta({ description: 'The status that the failure would have had as a response of its own.' }),
    detail: z.string().optional(),
  })
  return z.array(failure) as unknown as z.ZodType<PartFailure<N>[], PartFailure<N>[]>
}
