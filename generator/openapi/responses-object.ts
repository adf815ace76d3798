import { STATUS_CODES } from 'node:http'
import type { OpenAPIV3_1 } from 'openapi-types'
import { PROBLEMS, type ProblemCode, type ResolvedRoute, type ResponseSpec } from '../../sdk/index.js'
import { type HeaderReferences, headerObjects } from './header-objects.js'
import { mediaTypes } from './media-types.js'
import type { OpenApiContext, Response } from './openapi-context.js'
import { PROBLEM, PROBLEM_TYPE } from './problem-schema.js'

type Content = Record<string, OpenAPIV3_1.MediaTypeObject>

const problemContent = (): Content => ({ [PROBLEM_TYPE]: { schema: { $ref: `#/components/schemas/${PROBLEM}` } } })

function contentOf(spec: ResponseSpec, context: OpenApiContext): Content {
  if (spec === 'empty') return {}
  if (spec === 'problem') return problemContent()
  if (spec === 'text') return { 'text/plain': { schema: { type: 'string' } } }
  if (spec === 'binary') return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  return mediaTypes(spec, 'output', context)
}

function describe(status: number, declared: boolean, codes: readonly ProblemCode[]): string {
  const titles = codes.map((code) => PROBLEMS[code].title)
  return [...(declared ? [STATUS_CODES[status] ?? `Status ${status}`] : []), ...titles].map((title) => `${title}.`).join(' ')
}

// A route that only redirects has no success to name, and one that declares nothing answers whatever the upstream does.
function fallback(declared: readonly number[]): Record<string, string> {
  if (declared.some((status) => status < 300)) return {}
  const other = { default: 'Any other response of the upstream.' }
  return declared.some((status) => status < 400) ? other : { 200: 'The upstream’s response.', ...other }
}

function responseObject(
  status: number,
  spec: ResponseSpec | undefined,
  codes: readonly ProblemCode[],
  headers: HeaderReferences,
  context: OpenApiContext,
): Response {
  const content = { ...(spec !== undefined && contentOf(spec, context)), ...(codes.length > 0 && problemContent()) }
  return {
    description: describe(status, spec !== undefined, codes),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(content).length > 0 && { content }),
    ...(codes.length > 0 && { 'x-problem-codes': codes }),
  }
}

// Most routes answer the same few problems: the document holds each such response once, which halves the work for large gateways.
function sharedProblem(status: number, codes: readonly ProblemCode[], headers: HeaderReferences, context: OpenApiContext): Response {
  const key = `${codes.join()} ${Object.values(headers)
    .map(({ $ref }) => $ref)
    .join()}`
  const known = context.problemResponses.get(key) ?? responseObject(status, undefined, codes, headers, context)
  context.problemResponses.set(key, known)
  return known
}

/** What a WebSocket handshake is answered with; an ordinary request never is. */
function switching(route: ResolvedRoute, headers: HeaderReferences): [string, Response][] {
  if (!route.websocket) return []
  const description = 'The WebSocket handshake is accepted; what follows on the connection are its frames.'
  return [['101', { description, ...(Object.keys(headers).length > 0 && { headers }) }]]
}

/** The Responses Object: what the route declares, and beside it every problem that it may answer, by status. */
export function responsesObject(route: ResolvedRoute, context: OpenApiContext): OpenAPIV3_1.ResponsesObject {
  const headersOf = headerObjects(route, context)
  const declared = Object.keys(route.responses).map(Number)
  const replies = new Map(route.effects().replies.map(({ status, description }) => [status, description]))
  const byStatus = new Map<number, ProblemCode[]>([...declared, ...replies.keys()].map((status) => [status, []]))
  for (const code of [...route.effects().problems].sort()) {
    const { status } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const entries = [...byStatus].map(([status, codes]): [string, Response] => {
    const spec = route.responses[status] ?? (replies.has(status) ? 'empty' : undefined)
    const headers = headersOf(status)
    if (spec === undefined) return [String(status), sharedProblem(status, codes, headers, context)]
    const response = responseObject(status, spec, codes, headers, context)
    const reply = route.responses[status] === undefined ? replies.get(status) : undefined
    return [String(status), reply === undefined ? response : { ...response, description: reply }]
  })
  const others = Object.entries(fallback(declared)).map(([status, description]): [string, Response] => {
    const headers = headersOf(status === 'default' ? status : Number(status))
    return [status, { description, ...(Object.keys(headers).length > 0 && { headers }) }]
  })
  return Object.fromEntries([...switching(route, headersOf(101)), ...entries, ...others])
}
