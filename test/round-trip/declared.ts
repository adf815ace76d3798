import type { OpenAPIV3_1 } from 'openapi-types'
import { z } from 'zod'

/** A response as an operation declares it. */
export interface DeclaredResponse {
  /** Lower-case names. */
  readonly headers: ReadonlySet<string>
  readonly codes: readonly string[]
  /** The schema of each media type; undefined for a response without content. */
  readonly content: Readonly<Record<string, object>> | undefined
}

/** An operation of a document. */
export interface DeclaredOperation {
  readonly id: string
  readonly method: string
  readonly path: string
  /** Lower-case names of the request headers that are parameters. */
  readonly requestHeaders: ReadonlySet<string>
  /** By status, or `default`. */
  readonly responses: ReadonlyMap<string, DeclaredResponse>
}

type Response = OpenAPIV3_1.ResponseObject & { readonly 'x-problem-codes'?: readonly string[] }

function readResponse(response: Response): DeclaredResponse {
  const content = response.content && Object.fromEntries(Object.entries(response.content).map(([type, { schema }]) => [type, schema ?? {}]))
  const headers = new Set(Object.keys(response.headers ?? {}).map((name) => name.toLowerCase()))
  return { headers, codes: response['x-problem-codes'] ?? [], content }
}

/** Every operation with its responses. */
export function readOperations(document: OpenAPIV3_1.Document): readonly DeclaredOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, given]) => {
      const operation = given as OpenAPIV3_1.OperationObject
      const responses = Object.entries(operation.responses ?? {}).map(
        ([status, response]) => [status, readResponse(response as Response)] as const,
      )
      const parameters = (operation.parameters ?? []) as readonly OpenAPIV3_1.ParameterObject[]
      const requestHeaders = new Set(parameters.filter((one) => one.in === 'header').map(({ name }) => name.toLowerCase()))
      return { id: operation.operationId ?? '', method: method.toUpperCase(), path, requestHeaders, responses: new Map(responses) }
    }),
  )
}

const PREFIX = '#/components/schemas/'

/** Makes the check of a JSON value against a schema of the document; it returns what does not fit. */
export function schemaCheck(document: OpenAPIV3_1.Document): (schema: object, value: unknown) => string | undefined {
  const definitions = JSON.stringify(document.components?.schemas ?? {})
  return (schema, value) => {
    const whole = JSON.stringify({ ...schema, $defs: JSON.parse(definitions) }).replaceAll(PREFIX, '#/$defs/')
    const result = z.fromJSONSchema(JSON.parse(whole)).safeParse(value)
    return result.success ? undefined : z.prettifyError(result.error)
  }
}
