import { isPartProblem, type PartFailure } from '../../sdk/compose/part-errors.js'
import type {
  ResolvedCall,
  ResolvedComposition,
  ResolvedEach,
  ResolvedNeeds,
  ResolvedPart,
} from '../../sdk/compose/resolved-composition.js'
import { Problem } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { toProblem } from '../problems/problem-reply.js'
import type { SendCall } from './send-call.js'

/** How one part ended; `partial` is a list some of whose elements are missing. */
export type PartOutcome = 'ok' | 'fallback' | 'partial' | 'missing' | 'failed'

/** Told of the end of each named part; `ms` is undefined for one that never began, since what it needs did not come. */
export type PartEnded = (name: string, outcome: PartOutcome, ms: number | undefined) => void

/** What came of all parts. */
export interface Gathering {
  readonly values: Readonly<Record<string, unknown>>
  readonly errors: readonly PartFailure[]
}

/** A problem that a part may end in: what a caller is told of a part is never the caller's own fault. */
function partProblem(error: unknown): Problem {
  const problem = toProblem(error)
  return isPartProblem(problem.code) ? problem : new Problem('INTERNAL', { cause: problem })
}

/** The parts of one exchange. Each begins when what it needs is there, and runs once however many need it. */
export class CompositionRun {
  readonly #composition: ResolvedComposition
  readonly #names: ReadonlyMap<number, string>
  readonly #context: unknown
  readonly #send: SendCall
  readonly #ended: PartEnded
  readonly #now: () => number
  readonly #beganAt = new Map<number, number>()
  readonly #outcomes = new Map<number, PartOutcome>()
  readonly #started = new Map<number, Promise<unknown>>()
  readonly #errors: PartFailure[] = []

  constructor(
    composition: ResolvedComposition,
    exchange: GatewayExchange,
    { send, ended, now }: { readonly send: SendCall; readonly ended: PartEnded; readonly now: () => number },
  ) {
    this.#composition = composition
    this.#names = new Map(composition.outputs.map(([name, index]) => [index, name]))
    this.#context = Object.assign(Object.create(exchange), exchange.given, { body: exchange.json })
    this.#send = send
    this.#ended = ended
    this.#now = now
  }

  /** Runs every part of the response. Rejects with the problem of the first one that cannot be missing. */
  async gather(): Promise<Gathering> {
    const { outputs } = this.#composition
    const values = await Promise.all(outputs.map(([, index]) => this.#start(index)))
    const order = outputs.map(([name]) => name)
    const errors = this.#errors.sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part) || (a.index ?? 0) - (b.index ?? 0))
    return { values: Object.fromEntries(outputs.map(([name], at) => [name, values[at]])), errors }
  }

  #start(index: number): Promise<unknown> {
    const known = this.#started.get(index)
    if (known) return known
    const started = this.#run(this.#composition.parts[index] as ResolvedPart, index)
    this.#started.set(index, started)
    return started
  }

  #run(part: ResolvedPart, index: number): Promise<unknown> {
    switch (part.kind) {
      case 'key':
        return Promise.resolve().then(() => part.read(this.#context as never))
      case 'derive':
        return this.#named(
          index,
          this.#from(part.needs).then((from) => part.run(from)),
        )
      case 'each':
        return this.#settled(index, part, this.#each(part, index))
      case 'call':
        return this.#settled(
          index,
          part,
          this.#from(part.needs).then((from) => {
            this.#begin(index)
            return this.#call(part, from, index)
          }),
        )
      case 'item':
        return Promise.reject(new Problem('INTERNAL'))
    }
  }

  /** Puts the part's name to the problem that it ends in. */
  #named(index: number, value: Promise<unknown>): Promise<unknown> {
    const name = this.#names.get(index)
    return value.catch((error: unknown) => {
      const problem = partProblem(error)
      this.#end(index, 'failed')
      if (name === undefined || problem.extensions?.['part'] !== undefined) throw problem
      const { code, detail, headers, extensions, cause = problem } = problem
      throw new Problem(code, { headers, extensions: { ...extensions, part: name }, cause, detail: detail ?? problem.message })
    })
  }

  #settled(index: number, { optional }: { readonly optional: boolean }, value: Promise<unknown>): Promise<unknown> {
    const ended = value.then((result) => {
      this.#end(index, this.#outcomes.get(index) ?? 'ok')
      return result
    })
    if (!optional) return this.#named(index, ended)
    return ended.catch((error: unknown) => {
      this.#miss(index, partProblem(error))
      this.#end(index, 'missing')
      return null
    })
  }

  #begin(index: number): void {
    this.#beganAt.set(index, this.#now())
  }

  #end(index: number, outcome: PartOutcome): void {
    const name = this.#names.get(index)
    if (name === undefined) return
    const beganAt = this.#beganAt.get(index)
    this.#ended(name, outcome, beganAt === undefined ? undefined : this.#now() - beganAt)
  }

  #miss(index: number, { code, status, detail }: Problem, element?: number): void {
    const part = this.#names.get(index)
    if (part === undefined || !isPartProblem(code)) return
    this.#errors.push({ part, ...(element !== undefined && { index: element }), code, status, ...(detail !== undefined && { detail }) })
  }

  async #from(needs: ResolvedNeeds, item?: { readonly at: number; readonly value: unknown }): Promise<Readonly<Record<string, unknown>>> {
    const values = await Promise.all(needs.map(([, index]) => (index === item?.at ? item.value : this.#start(index))))
    return Object.fromEntries(needs.map(([name], at) => [name, values[at]]))
  }

  async #call(part: ResolvedCall, from: unknown, index: number): Promise<unknown> {
    try {
      return await this.#send(part, from)
    } catch (error) {
      if (!part.fallback) throw error
      if (!this.#outcomes.has(index)) this.#outcomes.set(index, 'fallback')
      return part.fallback.value
    }
  }

  async #each(part: ResolvedEach, index: number): Promise<unknown> {
    const list = ((await this.#start(part.list)) ?? []) as readonly unknown[]
    this.#begin(index)
    if (list.length > part.max)
      throw new Problem('UPSTREAM_INVALID_RESPONSE', {
        detail: `There are ${list.length} elements, more than the ${part.max} that are looked up.`,
      })
    const results: unknown[] = new Array(list.length)
    let next = 0
    const work = async (): Promise<void> => {
      while (next < list.length) {
        const at = next++
        results[at] = await this.#element(part, list[at], at, index).catch((error: unknown) => {
          // The list is lost: nobody needs its other elements.
          next = list.length
          throw error
        })
      }
    }
    await Promise.all(Array.from({ length: Math.min(part.concurrency, list.length) }, work))
    return results
  }

  async #element({ call, item }: ResolvedEach, value: unknown, at: number, index: number): Promise<unknown> {
    try {
      return await this.#call(call, await this.#from(call.needs, { at: item, value }), index)
    } catch (error) {
      if (!call.optional) throw error
      this.#outcomes.set(index, 'partial')
      this.#miss(index, partProblem(error), at)
      return null
    }
  }
}
