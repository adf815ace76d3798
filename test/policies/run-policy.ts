import { pino } from 'pino'
import type { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { compilePolicy } from '../../runtime/policies/index.js'
import type { Services } from '../../runtime/services.js'
import { type Policy, Problem, type ProblemCode } from '../../sdk/index.js'
import type { AnyPolicy } from '../../sdk/policy.js'
import { type FakeClock, fakeClock } from '../helpers/fake-clock.js'

/** A policy's steps and what surrounds them. */
export interface PolicyRun {
  readonly clock: FakeClock
  readonly counts: readonly string[]
  /** Runs the request step; undefined if the request passes, else the code of the problem. */
  code(exchange: GatewayExchange): ProblemCode | undefined | Promise<ProblemCode | undefined>
  /** Runs the request step; the problem that it throws. */
  problem(exchange: GatewayExchange): Problem
  request(exchange: GatewayExchange): unknown
  respond(exchange: GatewayExchange, status?: number): void
}

/** Compiles a policy with a fake clock; `kept` stands in for what compilers keep, such as a measurement; the rest is the services that it needs beside. */
export function runPolicy<N>(
  given: Policy<N>,
  { wall, kept, ...more }: { wall?: number; kept?: unknown } & Partial<Services> = {},
): PolicyRun {
  const { definition, options } = given as AnyPolicy
  const settings: unknown = definition.options && (definition.options as never as { parse(value: unknown): unknown }).parse(options)
  const clock = fakeClock(wall)
  const counts: string[] = []
  const stores = new Map<string, unknown>()
  const keep = (key: string, create: () => unknown) => {
    if (key !== 'policies' && kept !== undefined) return kept
    if (!stores.has(key)) stores.set(key, create())
    return stores.get(key)
  }
  const services = {
    clock,
    log: pino({ enabled: false }),
    count: (name: string, labels: object) => counts.push(`${name} ${JSON.stringify(labels)}`),
    keep,
    keepByStore: keep,
    ...more,
  } as unknown as Services
  const resolved = { name: definition.name, phase: definition.phase, settings, effects: () => ({}), definition, identity: 'use.policy' }
  const compiled = compilePolicy(resolved, { key: 'policy', identity: 'use.policy', services })
  const request = (exchange: GatewayExchange) => compiled.request?.(exchange)
  const codeOf = (error: unknown) => {
    if (error instanceof Problem) return error.code
    throw error
  }
  return {
    clock,
    counts,
    request,
    code(exchange) {
      try {
        const result = request(exchange)
        return result instanceof Promise ? result.then(() => undefined, codeOf) : undefined
      } catch (error) {
        return codeOf(error)
      }
    },
    problem(exchange) {
      try {
        request(exchange)
      } catch (error) {
        if (error instanceof Problem) return error
        throw error
      }
      throw new Error('the request was not refused')
    },
    respond: (exchange, status = 200) => compiled.response?.(exchange, status),
  }
}
