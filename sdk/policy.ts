import type { Effects } from './effects.js'
import type { CompiledPolicy } from './exchange.js'
import type { PROBLEMS, ProblemCode } from './problems.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import type { BaseContext, In, Out, Schema } from './types.js'

/** The order in which a route's steps run; inside one phase, the order in which they are written. */
export const PHASES = ['admit', 'authenticate', 'authorize', 'limit', 'validate', 'transform', 'forward', 'respond'] as const

/** When a policy's request step runs. */
export type Phase = (typeof PHASES)[number]

/** Something that a policy cannot do without: shared state in Redis, or certificates of clients. */
export type GatewayNeed = 'redis' | 'clientCa'

/** Declares a policy: its name, phase, strict options and what callers can observe of it. */
export interface PolicyDefinition<N extends string = string, O extends Schema = Schema> {
  readonly name: N
  readonly phase: Phase
  /** Another phase where the settings allow it, such as an earlier one for a limiter that needs no auth. */
  readonly phaseOf?: ((settings: Out<O>) => Phase) | undefined
  /** The function whose values make this policy, such as `jwt` for `session.scopes(…)`; absent where it has a function of its own. */
  readonly madeBy?: string | undefined
  /** A strict zod schema; unknown keys are refused at load. */
  readonly options: O
  /** What callers can observe on a route of this method; `*` is any. */
  readonly effects: (settings: Out<O>, method: string) => Effects
  /** Options that hold upstreams, as routes do; the settings have them resolved. */
  readonly upstreams?: readonly string[] | undefined
  /** What the gateway itself must have for it. */
  readonly needs?: ((settings: Out<O>) => readonly GatewayNeed[]) | undefined
  /** Present on users' own policies; the built-in ones have their compiler in the runtime. */
  readonly compile?: ((settings: Out<O>, key: string) => CompiledPolicy) | undefined
}

/**
 * A configured policy. `Needs` is what it reads of the context, `Gives` what it adds under its key in `use`,
 * `Err` the statuses it may answer.
 */
export interface Policy<in Needs = BaseContext, out Gives = unknown, out Err extends number = number> {
  readonly '~needs'?: ((needs: Needs) => void) | undefined
  readonly '~gives'?: Gives | undefined
  readonly '~err'?: Err | undefined
  /** Keeps an auth from being taken for a policy: it belongs under `auth`, not in `use`. */
  readonly '~auth'?: undefined
  readonly definition: PolicyDefinition
  readonly options: unknown
  readonly [STAMP]: Stamp
}

// biome-ignore lint/suspicious/noExplicitAny: the widest policy, whatever it needs
export type AnyPolicy = Policy<any, unknown, number>

/** Binds options to a definition. Nothing is validated until the gateway loads. */
export function bindPolicy(definition: PolicyDefinition, options: unknown, caller: (...args: never[]) => unknown): Policy<never> {
  return Object.freeze({ definition, options, [STAMP]: stampOf(caller) })
}

type StatusOf<C extends ProblemCode> = (typeof PROBLEMS)[C]['status']

/** What a user writes to declare a policy of their own. */
export interface CustomPolicy<O extends Schema, G extends Schema, C extends ProblemCode> {
  readonly name: string
  readonly phase: Exclude<Phase, 'authenticate' | 'forward'>
  readonly options: O
  /** The type of what the policy gives to later steps, if anything. */
  readonly gives?: G
  /** Problems it may answer; they reach the route's responses, OpenAPI and the client. */
  readonly problems?: readonly C[]
  readonly headers?: Effects['headers']
  /** Builds the steps, once, at load. `key` is the policy's name in `use`. */
  readonly compile: (settings: Out<O>, key: string) => CompiledPolicy
}

/**
 * Declares a policy of your own and returns the function that configures it.
 * Its steps run in the declared phase, on both lanes, with the same rights as a built-in policy.
 */
export function definePolicy<O extends Schema, G extends Schema = Schema<unknown>, C extends ProblemCode = never>(
  custom: CustomPolicy<O, G, C>,
): (options: In<O>) => Policy<BaseContext, Out<G>, StatusOf<C>> {
  const definition: PolicyDefinition = Object.freeze({
    name: custom.name,
    phase: custom.phase,
    options: custom.options,
    effects: () => ({ problems: custom.problems ?? [], headers: custom.headers ?? [] }),
    compile: custom.compile,
  })
  return function configure(options) {
    return bindPolicy(definition, options, configure) as Policy<BaseContext, Out<G>, StatusOf<C>>
  }
}
