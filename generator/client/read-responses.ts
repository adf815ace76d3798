import type { OpenAPIV3_1 } from 'openapi-types'
import type { DocumentReader } from './document-reader.js'
import type { ClientResponse, Reader } from './operation.js'
import type { JsonSchema } from './schema.js'

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^application\/problem\+json\b/i, 'problem'],
  [/^application\/([^;]+\+)?json\b/i, 'json'],
  [/^text\//i, 'text'],
  [/\*/, 'any'],
]

const NO_CONTENT: ReadonlySet<number> = new Set([204, 205])

function readerOf(media: string): Reader {
  return READERS.find(([pattern]) => pattern.test(media))?.[1] ?? 'blob'
}

function statusOf(key: string): number | undefined {
  if (key === 'default') return 0
  if (/^[1-5]XX$/i.test(key)) return Number(key[0])
  return /^[1-5][0-9][0-9]$/.test(key) ? Number(key) : undefined
}

/** True for what no caller of `fetch` ever sees, such as the 101 of a WebSocket. */
const isInterim = (status: number) => status === 1 || (status >= 100 && status < 200)

function codesOf(response: OpenAPIV3_1.ResponseObject): readonly string[] {
  const codes: unknown = (response as unknown as Record<string, unknown>)['x-problem-codes']
  return Array.isArray(codes) ? [...new Set(codes.filter((code) => typeof code === 'string'))].sort() : []
}

function readResponse(status: number, response: OpenAPIV3_1.ResponseObject, head: boolean): ClientResponse[] {
  const contents = Object.entries(response.content ?? {})
  if (head || contents.length === 0) {
    // A response without a described body may have one all the same, where its status lets it.
    const bodiless = head || NO_CONTENT.has(status) || Math.floor(status / 100) === 3
    return [{ status, reader: bodiless ? 'empty' : 'any', schema: true, codes: [] }]
  }
  return contents.map(([media, content]): ClientResponse => {
    const reader = readerOf(media)
    return { status, reader, schema: (content.schema ?? true) as JsonSchema, codes: reader === 'problem' ? codesOf(response) : [] }
  })
}

/** Reads what an operation declares to answer, by status. */
export function readResponses(
  operation: OpenAPIV3_1.OperationObject,
  method: string,
  reader: DocumentReader,
  path: readonly PropertyKey[],
): readonly ClientResponse[] {
  const responses = Object.entries(operation.responses ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('x-')) return []
    const at = [...path, 'responses', key]
    const status = statusOf(key)
    if (status === undefined) {
      reader.refuse(at, `${JSON.stringify(key)} is not a status`, 'Use a status such as 200, a class such as 2XX, or default.')
      return []
    }
    if (isInterim(status)) return []
    const response = reader.resolve<OpenAPIV3_1.ResponseObject>(value, at)
    return response ? readResponse(status, response, method === 'HEAD') : []
  })
  return responses.sort((a, b) => (a.status || 600) - (b.status || 600) || (a.reader < b.reader ? -1 : 1))
}
