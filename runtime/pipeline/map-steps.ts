import { z } from 'zod'
import { Problem, type RequestStep, type Schema } from '../../sdk/index.js'
import type { MapFunction, ResolvedRoute } from '../../sdk/resolved.js'
import type { ResponseMapping } from './compiled-route.js'
import type { GatewayExchange } from './exchange.js'

/** The exchange as `map*` functions see it: with what policies gave, each under its key. */
function contextOf(exchange: GatewayExchange): unknown {
  return exchange.given ? Object.assign(Object.create(exchange), exchange.given) : exchange
}

function parseOr(schema: Schema, value: unknown, detail: string): unknown {
  const result = z.safeParse(schema as unknown as z.core.$ZodType, value)
  if (result.success) return result.data
  throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail, cause: result.error })
}

async function call(map: MapFunction, body: unknown, exchange: GatewayExchange): Promise<unknown> {
  try {
    return await map(body, contextOf(exchange))
  } catch (cause) {
    throw cause instanceof Problem ? cause : new Problem('INTERNAL', { cause })
  }
}

/** The step that turns the caller's body into the upstream's; undefined if the route has none. */
export function mapRequestStep({ mapRequest, upstreamBody }: ResolvedRoute): RequestStep | undefined {
  if (!mapRequest) return undefined
  return async (ctx) => {
    const exchange = ctx as GatewayExchange
    const mapped = await call(mapRequest, exchange.json, exchange)
    const checked = upstreamBody ? z.safeParse(upstreamBody as unknown as z.core.$ZodType, mapped) : undefined
    if (checked && !checked.success) throw new Problem('INTERNAL', { cause: checked.error })
    exchange.body = JSON.stringify(checked ? checked.data : mapped)
  }
}

function headerOf(headers: readonly Buffer[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if ((headers[index] as Buffer).toString('latin1').toLowerCase() === name) return (headers[index + 1] as Buffer).toString('latin1')
  }
  return undefined
}

function readUpstreamJson(bytes: Buffer, headers: readonly Buffer[]): unknown {
  const coding = headerOf(headers, 'content-encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream encoded a response that has to be transformed.' })
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s response is not JSON.', cause })
  }
}

/** The mappings of a route's responses by status; what they return is checked against the public schema. */
export function responseMappings(route: ResolvedRoute): ReadonlyMap<number, ResponseMapping> | undefined {
  const entries = Object.entries(route.mapResponse).map(([key, map]): [number, ResponseMapping] => {
    const status = Number(key)
    const declared = route.responses[status]
    const received = route.upstreamResponses[status]
    const run: ResponseMapping['run'] = async (exchange, bytes, headers) => {
      const json = readUpstreamJson(bytes, headers)
      const given = received ? parseOr(received, json, 'The upstream’s response does not match its schema.') : json
      const mapped = await call(map, given, exchange)
      const checked =
        typeof declared === 'object' ? parseOr(declared, mapped, 'The transformed response does not match its schema.') : mapped
      return Buffer.from(JSON.stringify(checked))
    }
    const contentType = declared === 'problem' ? 'application/problem+json' : 'application/json; charset=utf-8'
    return [status, { contentType, run }]
  })
  return entries.length === 0 ? undefined : new Map(entries)
}
