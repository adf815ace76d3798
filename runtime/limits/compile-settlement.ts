import type { Exchange, Settle, StatusPattern, UpstreamOutcome } from '../../sdk/index.js'
import { matchesStatus } from '../../sdk/schemas/statuses.js'
import type { CompileContext } from '../policies/compiler.js'
import { quietly } from './quiet.js'
import { isCost } from './read-cost.js'

/** Puts right what an admitted request took, once it is known: as if it had cost `due`. */
export type Correct = (due: number) => void | Promise<void>

/** Follows an admitted request of `cost` to its end. */
export type FollowUp = (exchange: Exchange, cost: number, correct: Correct) => void

function byName(headers: readonly string[]): Record<string, string> {
  const found: Record<string, string> = Object.create(null)
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] as string).toLowerCase()
    const value = headers[index + 1] as string
    found[name] = name in found ? `${found[name]}, ${value}` : value
  }
  return found
}

/** Compiles `refund` and `settle`; undefined where there is neither, so that such a limiter costs nothing after its decision. */
export function compileSettlement(
  { refund, settle }: { readonly refund?: readonly StatusPattern[] | undefined; readonly settle?: Settle | undefined },
  { identity, services: { clock, log } }: CompileContext,
): FollowUp | undefined {
  if (!refund && !settle) return undefined
  const quiet = quietly(clock)
  const settled = (outcome: UpstreamOutcome, cost: number): number => {
    try {
      const { status = outcome.problem?.status ?? 0, headers = [] } = outcome
      const due = settle?.(status, byName(headers)) ?? cost
      if (isCost(due)) return Math.ceil(due)
      quiet(() => log.error({ limiter: identity }, `\`settle\` returned no number of at least 0, but ${String(due).slice(0, 64)}`))
    } catch (error) {
      quiet(() => log.error({ limiter: identity, err: error }, '`settle` failed'))
    }
    return cost
  }
  return (exchange, cost, correct) => {
    let due = cost
    if (settle)
      exchange.onUpstream((outcome) => {
        due = settled(outcome, cost)
        return undefined
      })
    exchange.onFinish(({ status, aborted }) => {
      if (refund && !aborted && matchesStatus(refund, status)) due = 0
      // The store counts its failures; the request is over, and there is nobody to tell.
      if (due !== cost) correct(due)?.catch(() => undefined)
    })
  }
}
