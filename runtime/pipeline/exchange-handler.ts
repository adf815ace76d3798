import type { Problem, Reply } from '../../sdk/index.js'
import { type ForwardContext, forward } from '../forward/forward.js'
import { endWhole, RawWriter } from '../forward/raw-writer.js'
import { replyHeaders } from '../forward/reply-headers.js'
import { settleUnread } from '../forward/settle-unread.js'
import { problemReply, toProblem } from '../problems/problem-reply.js'
import type { RolloutState } from '../rollout/rollout-state.js'
import type { Routable, RouteTable } from '../routing/route-table.js'
import type { UpstreamPool } from '../upstreams/target.js'
import type { CompiledRoute } from './compiled-route.js'
import type { GatewayExchange } from './exchange.js'
import { runSteps } from './run-steps.js'

/** One generation of the config, ready to run. */
export interface LiveConfig {
  readonly table: RouteTable<CompiledRoute & Routable>
  /** Runs where no route matches. */
  readonly unmatched: CompiledRoute
  readonly byId: ReadonlyMap<string, CompiledRoute>
  /** Every upstream, in the order of the config. */
  readonly pools: readonly UpstreamPool[]
  readonly rollouts: readonly RolloutState[]
  /** True if a route takes `%2F` in its path. */
  readonly keepsEncodedSlashes: boolean
}

const NOTHING = new Uint8Array()

function isPreflight({ method, headers }: GatewayExchange): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined && headers['origin'] !== undefined
}

/** OPTIONS that may go no further (RFC 9110 section 7.6.2). */
function endsHere({ method, headers }: GatewayExchange): boolean {
  return method === 'OPTIONS' && headers['max-forwards'] !== undefined && /^0+$/.test(String(headers['max-forwards']))
}

/** Matches exchanges and runs them on the direct lane. */
export class ExchangeHandler {
  readonly #context: ForwardContext
  readonly #problemBase: string

  constructor(context: Omit<ForwardContext, 'refuse'>, problemBase: string) {
    this.#context = { ...context, refuse: (exchange, error) => this.refuse(exchange, error) }
    this.#problemBase = problemBase
  }

  get context(): ForwardContext {
    return this.#context
  }

  /** Finds the route, and writes what was found to the exchange. */
  match(exchange: GatewayExchange, live: LiveConfig): CompiledRoute {
    const subject = { req: exchange.req, queryString: exchange.queryString }
    if (isPreflight(exchange)) return this.#matchPreflight(exchange, live)
    const found = endsHere(exchange) ? undefined : live.table.match(exchange.method, exchange.path, subject)
    if (!found) {
      exchange.allowedMethods = live.table.allowed(exchange.path, subject)
      exchange.route = live.unmatched
      return live.unmatched
    }
    exchange.routeId = found.entry.id
    exchange.route = found.entry
    exchange.params = found.params
    exchange.matched = found.params
    return found.entry
  }

  #matchPreflight(exchange: GatewayExchange, live: LiveConfig): CompiledRoute {
    const subject = { req: exchange.req, queryString: exchange.queryString }
    const asked = live.table.match(String(exchange.headers['access-control-request-method']), exchange.path, subject)
    const route = asked?.entry ?? live.unmatched
    const own = live.table.match('OPTIONS', exchange.path, subject)
    exchange.allowedMethods = live.table.allowed(exchange.path, subject)
    // Without CORS on the route, an OPTIONS route of the upstream's own may know the answer.
    exchange.preflight = route.answersPreflight || !own
    const taken = exchange.preflight ? route : (own?.entry ?? route)
    exchange.routeId = taken.id
    exchange.route = taken
    const matched = exchange.preflight ? asked?.params : own?.params
    if (matched) exchange.matched = exchange.params = matched
    return taken
  }

  /** Runs an exchange to its response. Never throws: whatever goes wrong is answered as a problem. */
  run(exchange: GatewayExchange, route: CompiledRoute): void {
    try {
      const outcome = this.steps(exchange, route)
      if (outcome instanceof Promise) {
        outcome.then(
          (reply) => this.#proceed(exchange, route, reply),
          (error: unknown) => this.refuse(exchange, error),
        )
      } else this.#proceed(exchange, route, outcome)
    } catch (error) {
      this.refuse(exchange, error)
    }
  }

  /** Runs the steps before the forwarder. */
  steps(exchange: GatewayExchange, route: CompiledRoute): Reply | undefined | Promise<Reply | undefined> {
    if (!exchange.preflight) return runSteps(route.steps, exchange)
    const outcome = runSteps(route.admitSteps, exchange)
    return outcome ?? { status: 204, headers: ['Allow', exchange.allowedMethods.join(', ')] }
  }

  #proceed(exchange: GatewayExchange, route: CompiledRoute, reply: Reply | undefined): void {
    if (exchange.gone) return
    try {
      if (reply) this.answer(exchange, reply)
      else forward(exchange, route, new RawWriter(exchange.res), this.#context)
    } catch (error) {
      this.refuse(exchange, error)
    }
  }

  /** Answers a problem; a response that has begun is cut instead. */
  refuse(exchange: GatewayExchange, error: unknown): void {
    const { res } = exchange
    const problem = this.note(exchange, error)
    if (exchange.gone || res.destroyed) return
    if (res.headersSent) res.destroy()
    else this.answer(exchange, this.problem(exchange, problem))
  }

  /** Records a problem for the log and the metrics. */
  note(exchange: GatewayExchange, error: unknown): Problem {
    const problem = toProblem(error)
    exchange.problem = problem.code
    exchange.cause = problem.cause
    return problem
  }

  problem(exchange: GatewayExchange, problem: Problem): Reply {
    return problemReply(problem, exchange.requestId, this.#problemBase)
  }

  /** The final header lines of a reply: its own, the edits of the response steps, the request id. Where much of the body is unread, the reply is the last. */
  replyHeaders(exchange: GatewayExchange, reply: Reply): string[] {
    settleUnread(exchange)
    try {
      return replyHeaders(exchange, reply, this.#context.requestIdHeader)
    } catch (error) {
      // A response step failed: the caller still gets an answer, without the edits.
      this.note(exchange, error)
      return [...reply.headers, this.#context.requestIdHeader, exchange.requestId]
    }
  }

  /** Writes a reply to the client's connection. */
  answer(exchange: GatewayExchange, reply: Reply): void {
    const { res } = exchange
    const headers = this.replyHeaders(exchange, reply)
    // As bytes: Node would join a text to the headers, and encode them with it.
    const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : (reply.body ?? NOTHING)
    // Neither has a body whose length could be told (RFC 9110 section 8.6).
    if (reply.status !== 204 && reply.status !== 304) headers.push('content-length', String(body.length))
    res.writeHead(reply.status, headers as never)
    if (exchange.method === 'HEAD' || body.length === 0) res.end()
    else endWhole(res, body)
  }
}
