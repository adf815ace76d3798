import { z } from 'zod'
import { PROBLEMS, Problem, type ProblemCode, type Reply } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { ResponseSpec } from '../../sdk/route.js'
import { createRandom } from './random.js'
import { Sampler, type SampleSchema } from './sample-value.js'

/** How one declared status is answered. */
export interface MockAnswer {
  /** How many examples its schema has. */
  readonly examples: number
  /** Gives a reply, or throws a problem; `example` counts from 1. */
  reply(seed: number, example: number | undefined): Reply
}

function throwProblem(status: number): never {
  const code = (Object.keys(PROBLEMS) as ProblemCode[]).find((one) => PROBLEMS[one].status === status)
  throw new Problem(code ?? 'INTERNAL', { detail: 'A mock answer.' })
}

const fixed = (reply: () => Reply): MockAnswer => ({ examples: 0, reply })

function compileAnswer(status: number, spec: ResponseSpec): MockAnswer {
  if (spec === 'problem') return fixed(() => throwProblem(status))
  if (spec === 'empty') return fixed(() => ({ status, headers: [] }))
  if (spec === 'text') return fixed(() => ({ status, headers: ['content-type', 'text/plain; charset=utf-8'], body: 'mock' }))
  if (spec === 'binary') return fixed(() => ({ status, headers: ['content-type', 'application/octet-stream'], body: new Uint8Array(4) }))
  const schema = z.toJSONSchema(spec as unknown as z.core.$ZodType, { unrepresentable: 'any' }) as SampleSchema
  const headers = ['content-type', 'application/json; charset=utf-8']
  return {
    examples: schema.examples?.length ?? 0,
    reply(seed, example) {
      const value = example === undefined ? undefined : schema.examples?.[example - 1]
      return { status, headers, body: JSON.stringify(value ?? new Sampler(schema, createRandom(seed)).sample()) }
    },
  }
}

/** What a route can answer without its upstream. */
export interface MockAnswers {
  /** The status to answer unless the caller chooses. */
  readonly status: number
  readonly byStatus: ReadonlyMap<number, MockAnswer>
}

/** Compiles the answers of a route's declared responses; one that declares none answers 204. */
export function compileMockAnswers({ responses }: Pick<ResolvedRoute, 'responses'>, preferred: number | undefined): MockAnswers {
  const byStatus = new Map(Object.entries(responses).map(([key, spec]) => [Number(key), compileAnswer(Number(key), spec)]))
  if (byStatus.size === 0) byStatus.set(204, compileAnswer(204, 'empty'))
  const known = [...byStatus.keys()]
  const usual = known.find((status) => status >= 200 && status < 300) ?? (known[0] as number)
  return { status: preferred !== undefined && byStatus.has(preferred) ? preferred : usual, byStatus }
}
