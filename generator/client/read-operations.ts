import type { OpenAPIV3_1 } from 'openapi-types'
import { deprecationText } from './deprecation-text.js'
import type { DocumentReader } from './document-reader.js'
import type { ClientOperation } from './operation.js'
import { escapeDoc } from './quote.js'
import { type ClientRequest, readBody, readRequest } from './read-request.js'
import { readResponses } from './read-responses.js'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function textOf(operation: OpenAPIV3_1.OperationObject): string {
  const { summary = '', description = '' } = operation
  return escapeDoc(description.startsWith(summary) ? description : `${summary}\n\n${description}`)
}

function authOf(operation: OpenAPIV3_1.OperationObject, document: OpenAPIV3_1.Document): readonly (readonly string[])[] {
  const requirements = operation.security ?? document.security ?? []
  return requirements.map((requirement) => Object.keys(requirement)).filter((names) => names.length > 0)
}

/** Refuses what would give one place of the client two meanings. */
function checkKeys(operations: readonly ClientOperation[], reader: DocumentReader): void {
  const groups = new Set(operations.flatMap(({ keys }) => keys.slice(1).map((_, index) => keys.slice(0, index + 1).join('.'))))
  for (const [index, { id }] of operations.entries()) {
    if (operations[index - 1]?.id === id) reader.refuse(['paths'], `two operations are called ${JSON.stringify(id)}`)
    if (groups.has(id)) reader.refuse(['paths'], `${JSON.stringify(id)} is an operation, and also the start of another one's name`)
  }
}

function readOperation(
  operation: OpenAPIV3_1.OperationObject,
  request: ClientRequest,
  method: string,
  reader: DocumentReader,
  at: readonly PropertyKey[],
): Omit<ClientOperation, 'auth'> | undefined {
  const id = operation.operationId
  if (id === undefined || id === '') {
    reader.refuse(at, 'the operation has no operationId', 'Give it one: it names the method of the client.')
    return undefined
  }
  const keys = id.split('.')
  return {
    ...request,
    id,
    keys,
    tag: operation.tags?.[0] ?? (keys.length > 1 ? (keys[0] as string) : ''),
    method,
    doc: textOf(operation),
    deprecated: operation.deprecated === true ? escapeDoc(deprecationText(operation)) : undefined,
    body: readBody(operation, reader, at),
    responses: readResponses(operation, method, reader, at),
  }
}

/** Reads every operation of a document, sorted by id. */
export function readOperations(document: OpenAPIV3_1.Document, reader: DocumentReader): readonly ClientOperation[] {
  const read = Object.entries(document.paths ?? {}).flatMap(([template, value]) => {
    const item = value && reader.resolve<OpenAPIV3_1.PathItemObject>(value as OpenAPIV3_1.PathItemObject, ['paths', template])
    return METHODS.flatMap((method): ClientOperation[] => {
      const operation = item?.[method as OpenAPIV3_1.HttpMethods]
      if (!item || !operation) return []
      const at = ['paths', template, method]
      const request = readRequest(template, [item.parameters, operation.parameters], reader, at)
      const parts = readOperation(operation, request, method.toUpperCase(), reader, at)
      return parts ? [{ ...parts, auth: authOf(operation, document) }] : []
    })
  })
  const sorted = read.sort(byId)
  checkKeys(sorted, reader)
  return sorted
}
