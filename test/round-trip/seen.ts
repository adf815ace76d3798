import { PROBLEMS } from 'gatewright'
import type { DeclaredOperation, DeclaredResponse, schemaCheck } from './declared.js'
import { UPSTREAM_MARK } from './library.js'

/** A response as it came over the wire. */
export interface SeenResponse {
  readonly operation: string
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/** Fields of the message and its framing, which OpenAPI leaves to HTTP (section 4.8.17), and those of the upstream. */
const NOT_THE_GATEWAYS = new Set(['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding', UPSTREAM_MARK])

const textOf = ({ body }: SeenResponse) => new TextDecoder().decode(body)
const typeOf = ({ headers }: SeenResponse) => (headers.get('content-type') ?? '').split(';', 1)[0] as string

export const declaredFor = ({ responses }: DeclaredOperation, status: number): DeclaredResponse | undefined =>
  responses.get(String(status)) ?? responses.get('default')

/** The gateway's own problem code, if the response is a problem of its own. */
export function problemCode(seen: SeenResponse): string | undefined {
  if (typeOf(seen) !== 'application/problem+json') return undefined
  const { code } = JSON.parse(textOf(seen)) as { code: string }
  return Object.hasOwn(PROBLEMS, code) ? code : undefined
}

function shapeFault(seen: SeenResponse, { content }: DeclaredResponse, check: ReturnType<typeof schemaCheck>): string | undefined {
  if (content === undefined) return undefined
  const schema = content[typeOf(seen)]
  if (schema === undefined) return `has the media type ${typeOf(seen)}`
  if (!typeOf(seen).endsWith('json')) return undefined
  const fault = check(schema, JSON.parse(textOf(seen)))
  return fault && `has another shape: ${fault}`
}

/** Everything about a response that its operation does not declare. */
export function undeclaredIn(seen: SeenResponse, operation: DeclaredOperation, check: ReturnType<typeof schemaCheck>): readonly string[] {
  const declared = declaredFor(operation, seen.status)
  const where = `${operation.id} ${seen.status}`
  if (!declared) return [`${where} is not declared`]
  const code = problemCode(seen)
  const names = [...seen.headers.keys()].filter((name) => !NOT_THE_GATEWAYS.has(name) && !declared.headers.has(name))
  const shape = shapeFault(seen, declared, check)
  return [
    ...names.map((name) => `${where} has the header ${name}`),
    ...(code !== undefined && !declared.codes.includes(code) ? [`${where} has the problem ${code}`] : []),
    ...(code === undefined && !seen.headers.has(UPSTREAM_MARK) ? [`${where} is neither the upstream’s nor a problem of the gateway`] : []),
    ...(shape === undefined ? [] : [`${where} ${shape}`]),
  ]
}

/** What an operation declares, one line for each response and, where it has several, for each problem code. */
export function declaredLines({ id, responses }: DeclaredOperation): readonly string[] {
  return [...responses].flatMap(([status, { codes }]) =>
    codes.length === 0 ? [`${id} ${status}`] : codes.map((code) => `${id} ${status} ${code}`),
  )
}

/** The line of {@link declaredLines} that a response is an instance of. */
export function lineOf(seen: SeenResponse, { id, responses }: DeclaredOperation): string {
  const code = problemCode(seen)
  const status = responses.has(String(seen.status)) ? seen.status : 'default'
  return code === undefined ? `${id} ${status}` : `${id} ${status} ${code}`
}
