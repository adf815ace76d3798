import { Problem, type Reply, type RequestStep } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { parseWith } from '../../sdk/schemas/values.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { redactor } from '../pipeline/map-steps.js'
import { toProblem } from '../problems/problem-reply.js'
import type { Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'
import { compileCallWays } from './call-ways.js'
import { CompositionRun, type Gathering, type PartEnded } from './composition-run.js'
import { ExchangeCalls } from './send-call.js'

const JSON_TYPE = ['content-type', 'application/json; charset=utf-8']

/** The bytes of a response with one status, checked against what the route itself declares of it. */
function publisher(route: ResolvedRoute, status: number): (value: unknown) => string {
  const declared = route.responses[status]
  if (typeof declared !== 'object') return (value) => JSON.stringify(value)
  const hide = redactor(route, declared) ?? ((value: unknown) => value)
  // What the parts' own schemas make up has been through them.
  if (declared === route.compose?.responses[status]) return (value) => JSON.stringify(hide(value))
  return (value) => {
    const result = parseWith(declared, value)
    if (!result.success)
      throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The composed response does not match its schema.', cause: result.error })
    return JSON.stringify(hide(result.data))
  }
}

/** Tells policies what came, as if one upstream had sent it; a policy's own reply takes its place. */
function handOver({ hooks }: GatewayExchange, reply: Reply): Reply {
  if (!hooks?.watching) return reply
  const other = hooks.replacement({ status: reply.status, headers: reply.headers })
  if (other) {
    hooks.lost()
    return other
  }
  hooks.begin(reply.status, reply.headers)
  hooks.data(Buffer.from(reply.body as string))
  hooks.complete()
  return reply
}

function failed({ hooks }: GatewayExchange, error: unknown): Reply {
  const problem = toProblem(error)
  const other = hooks?.watching ? hooks.replacement({ problem }) : undefined
  hooks?.lost()
  if (other) return other
  throw problem
}

/** Counts each part, and notes it for the log. */
function partObserver(exchange: GatewayExchange, { count, observe }: Pick<Services, 'count' | 'observe'>): PartEnded {
  const { routeId: route } = exchange
  return (part, outcome, ms) => {
    count('gatewright_compose_parts_total', { route, part, outcome })
    if (ms !== undefined) observe('gatewright_compose_part_duration_seconds', { route, part }, ms / 1_000)
    exchange.parts ??= {}
    exchange.parts[part] = { outcome, ms: ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000 }
  }
}

/** The step that answers a composed route; undefined where the route has one upstream. */
export function composeStep(route: ResolvedRoute, pools: ReadonlyMap<string, UpstreamPool>, services: Services): RequestStep | undefined {
  const { compose, timeouts } = route
  if (!compose) return undefined
  const publishers = new Map([200, compose.partialStatus].map((status) => [status, publisher(route, status)]))
  const { map } = compose
  const ways = compileCallWays(route, pools, services)
  const publish = async ({ values, errors }: Gathering): Promise<Reply> => {
    const status = errors.length > 0 ? compose.partialStatus : 200
    const value = map ? await map({ ...values, errors }) : errors.length > 0 ? { ...values, errors } : values
    return { status, headers: JSON_TYPE, body: publishers.get(status)?.(value) as string }
  }
  return async (given) => {
    const exchange = given as GatewayExchange
    const calls = new ExchangeCalls(exchange, ways, services, timeouts.total)
    exchange.call = calls
    const run = new CompositionRun(compose, exchange, {
      send: calls.send,
      ended: partObserver(exchange, services),
      now: services.clock.now,
    })
    try {
      return handOver(exchange, await publish(await run.gather()))
    } catch (error) {
      calls.cancel()
      return failed(exchange, error)
    }
  }
}
