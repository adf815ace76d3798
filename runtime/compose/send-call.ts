import type { ResolvedCall } from '../../sdk/compose/resolved-composition.js'
import { type CapturedResponse, Problem } from '../../sdk/index.js'
import { parseWith } from '../../sdk/schemas/values.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Services } from '../services.js'
import { callEdits, callTarget } from './call-target.js'
import type { CallWay } from './call-ways.js'
import { readAnswer } from './read-answer.js'

/** What one call sends. */
interface CallRequest {
  readonly path: string
  readonly edits: ReturnType<typeof callEdits>
  readonly body: string | undefined
  /** The call's own key for a target. */
  readonly affinity: string | undefined
}

/** Makes one call with what it needs; resolves to what its schema yields. */
export type SendCall = (call: ResolvedCall, from: unknown) => Promise<unknown>

/** What a call is, once begun. */
interface OpenCall {
  cancel(): void
  readonly target?: string | undefined
  readonly attempts?: number
}

/** The calls of one exchange: they share its deadline, are made once where they are equal, and end together. */
export class ExchangeCalls {
  readonly #exchange: GatewayExchange
  readonly #ways: ReadonlyMap<ResolvedCall, CallWay>
  readonly #services: Pick<Services, 'fetchUpstream' | 'clock'>
  /** Targets that answered, first come first. */
  readonly targets = new Set<string>()
  readonly #open = new Set<OpenCall>()
  readonly #shared = new Map<string, Promise<CapturedResponse>>()
  readonly #endsAt: number
  #over = false

  constructor(
    exchange: GatewayExchange,
    ways: ReadonlyMap<ResolvedCall, CallWay>,
    services: Pick<Services, 'fetchUpstream' | 'clock'>,
    total: number | undefined,
  ) {
    this.#exchange = exchange
    this.#ways = ways
    this.#services = services
    this.#endsAt = total === undefined ? Number.POSITIVE_INFINITY : exchange.startedAt + total
  }

  /** Ends every call: the client is gone, or a part failed that cannot be missing. */
  cancel(): void {
    this.#over = true
    for (const call of this.#open) call.cancel()
    this.#open.clear()
  }

  readonly send: SendCall = async (call, from) => {
    const body = call.body && this.#bodyOf(call, call.body(from))
    const path = callTarget(call, from, this.#exchange.matched)
    const edits = callEdits(call, from, body !== undefined)
    const affinity = call.affinity?.(from)
    const fetched = () => this.#fetch(call, { path, edits, body, affinity })
    if (call.method !== 'GET') return readAnswer(await fetched(), call.response)
    const key = JSON.stringify([this.#ways.get(call)?.alike, path, edits, affinity])
    const shared = this.#shared.get(key) ?? fetched()
    this.#shared.set(key, shared)
    return readAnswer(await shared, call.response)
  }

  #bodyOf({ upstreamBody }: ResolvedCall, value: unknown): string {
    const checked = upstreamBody ? parseWith(upstreamBody, value) : undefined
    if (checked && !checked.success) throw new Problem('INTERNAL', { cause: checked.error })
    return JSON.stringify(checked ? checked.data : value)
  }

  async #fetch(call: ResolvedCall, { path, edits, body, affinity }: CallRequest): Promise<CapturedResponse> {
    // What nobody waits for any more neither begins nor ends.
    if (this.#over) return new Promise(() => undefined)
    const { route } = this.#exchange
    const left = this.#endsAt - this.#services.clock.now()
    if (left <= 0) throw new Problem('UPSTREAM_TIMED_OUT', { detail: 'No time was left for it.' })
    const total = Math.min(call.timeouts.total ?? Number.POSITIVE_INFINITY, left)
    const timeouts = { ...call.timeouts, total: Number.isFinite(total) ? total : undefined }
    // Everything else about the request is as with any other of this route.
    const way = this.#ways.get(call)
    const own: CompiledRoute = Object.assign(Object.create(route as CompiledRoute), way, {
      upstreamTarget: () => path,
      timeouts,
      ...(affinity !== undefined && { chooseBy: { ...way?.chooseBy, affinity: () => affinity } }),
    })
    let open: OpenCall | undefined
    const begun = (started: OpenCall) => {
      open = started
      this.#open.add(started)
    }
    const limit = Math.min(call.responseLimit, route?.responseLimit ?? call.responseLimit)
    try {
      const response = await this.#services.fetchUpstream(this.#exchange, { edits, method: call.method, limit, route: own, body, begun })
      if (open?.target !== undefined) this.targets.add(open.target)
      return response
    } finally {
      if (open) this.#open.delete(open)
    }
  }
}
