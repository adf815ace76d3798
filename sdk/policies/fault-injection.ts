import { z } from 'zod'
import type { Effects, RequestHeaderEffect } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { PROBLEMS, type ProblemCode } from '../problems.js'
import { type Duration, duration, headerName } from '../schemas/text.js'
import type { BaseContext } from '../types.js'

const percentage = z.number().gt(0).max(100)

const options = z
  .strictObject({
    /** Holds requests back before they are sent on. Default: none. */
    delay: z
      .strictObject({
        /** How long. */
        for: duration,
        /** How many of a hundred requests, spread evenly. Default 100. */
        percentage: percentage.default(100),
      })
      .optional(),
    /** Answers requests instead of sending them on. Default: none. */
    abort: z
      .strictObject({
        /** The problem to answer, such as `UPSTREAM_TIMED_OUT`. */
        problem: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
        /** How many of a hundred requests, spread evenly. Default 100. */
        percentage: percentage.default(100),
      })
      .optional(),
    /** Only requests with this header are hit. Default: all. */
    when: z
      .strictObject({
        /** Name of the header. */
        header: headerName,
        /** The whole value. Default: any. */
        equals: z.string().optional(),
      })
      .optional(),
    /** Lets single requests be hit in production too. Default: none is. */
    token: z
      .strictObject({
        /** Signs tokens; at least 32 characters. */
        secret: z.string().min(32).meta({ secret: true }),
        /** Header that carries the token; it is not sent on. Default `x-fault-token`. */
        header: headerName.prefault('x-fault-token'),
      })
      .optional(),
  })
  .superRefine(({ delay, abort }, ctx) => {
    if (!delay && !abort) ctx.addIssue({ code: 'custom', path: ['delay'], message: 'expected `delay`, `abort` or both' })
  })

/** Parsed options of {@link faultInjection}. */
export type FaultInjectionSettings = z.output<typeof options>

function headersOf({ when, token }: FaultInjectionSettings): RequestHeaderEffect[] {
  const value = when?.equals === undefined ? '' : ` It has to be \`${when.equals}\`.`
  return [
    ...(when ? [{ name: when.header, description: `Asks for an injected fault.${value}`, required: false }] : []),
    ...(token ? [{ name: token.header, description: 'A signed token that asks for an injected fault.', required: false }] : []),
  ]
}

export const faultInjectionDefinition = {
  name: 'fault-injection',
  phase: 'forward',
  options,
  effects: (settings: FaultInjectionSettings): Effects => ({
    problems: settings.abort ? [settings.abort.problem] : [],
    requestHeaders: headersOf(settings),
  }),
} as const satisfies PolicyDefinition<'fault-injection'>

/** Options of {@link faultInjection}; at least one of `delay` and `abort`. */
export interface FaultInjectionOptions<C extends ProblemCode> {
  /** Holds requests back before they are sent on; `percentage` of them, default 100. */
  readonly delay?: { readonly for: Duration; readonly percentage?: number }
  /** Answers requests with a problem instead of sending them on; `percentage` of them, default 100. */
  readonly abort?: { readonly problem: C; readonly percentage?: number }
  /** Only requests with this header are hit, or with this value of it. Default: all. */
  readonly when?: { readonly header: string; readonly equals?: string }
  /** Lets single requests with a token, signed by `signFaultToken`, be hit in production too. Default: none is. */
  readonly token?: { readonly secret: string; readonly header?: string }
}

/**
 * Makes an upstream look slow or broken, to try what callers make of it. Where `NODE_ENV` is `production` a request is hit only if it
 * carries a valid token, which also makes it be hit whatever the percentage.
 */
export function faultInjection<const C extends ProblemCode = never>(
  given: FaultInjectionOptions<C>,
): Policy<BaseContext, unknown, (typeof PROBLEMS)[C]['status']> {
  return bindPolicy(faultInjectionDefinition, given, faultInjection) as Policy<BaseContext, unknown, (typeof PROBLEMS)[C]['status']>
}
