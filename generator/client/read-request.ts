import type { OpenAPIV3_1 } from 'openapi-types'
import type { DocumentReader } from './document-reader.js'
import { docOf } from './object-members.js'
import type { ClientBody, ClientParameter } from './operation.js'
import { escapeDoc } from './quote.js'
import type { JsonSchema } from './schema.js'

type Path = readonly PropertyKey[]
type Parameters = OpenAPIV3_1.OperationObject['parameters']

export interface ClientRequest {
  readonly path: string
  readonly parameters: readonly ClientParameter[]
}

// OpenAPI 3.1 leaves these to the security and the content of an operation.
const NOT_PARAMETERS = /^(accept|authorization|content-type)$/i

const PLACES = ['path', 'query', 'header'] as const

function readParameter(parameter: OpenAPIV3_1.ParameterObject): ClientParameter | undefined {
  // A cookie is the cookie jar's to send.
  const place = PLACES.find((known) => known === parameter.in)
  if (place === undefined || (place === 'header' && NOT_PARAMETERS.test(parameter.name))) return undefined
  const schema = (parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema ?? true) as JsonSchema
  const text = escapeDoc(parameter.description ?? '') || docOf(schema)
  const doc = parameter.deprecated && !text.includes('\n@deprecated') ? `${text}\n@deprecated`.trim() : text
  const once = place === 'header' && 'x-once' in parameter && parameter['x-once'] === true
  return { name: parameter.name, in: place, required: place === 'path' || (parameter.required === true && !once), schema, doc, once }
}

/** Reads the parameters of an operation and of its path, and marks in the path those that may span segments. */
export function readRequest(template: string, lists: readonly Parameters[], reader: DocumentReader, at: Path): ClientRequest {
  const found = new Map<string, ClientParameter>()
  const spanning = new Set<string>()
  for (const parameter of lists.flatMap((list) => list ?? [])) {
    const resolved = reader.resolve<OpenAPIV3_1.ParameterObject>(parameter, [...at, 'parameters'])
    const read = resolved && readParameter(resolved)
    if (!read) continue
    found.set(`${read.in} ${read.name}`, read)
    if (read.in === 'path' && 'x-wildcard' in resolved && resolved['x-wildcard'] === true) spanning.add(read.name)
  }
  const path = template.replace(/\{([^{}*]+)(\*?)\}/g, (_, name: string, rest: string) => {
    if (!found.has(`path ${name}`))
      found.set(`path ${name}`, { name, in: 'path', required: true, schema: { type: 'string' }, doc: '', once: false })
    return `{${name}${rest || spanning.has(name) ? '*' : ''}}`
  })
  return { path, parameters: [...found.values()] }
}

/** Reads the request body: JSON where that is one of its forms, else the first. */
export function readBody(operation: OpenAPIV3_1.OperationObject, reader: DocumentReader, at: Path): ClientBody | undefined {
  if (!operation.requestBody) return undefined
  const body = reader.resolve<OpenAPIV3_1.RequestBodyObject>(operation.requestBody, [...at, 'requestBody'])
  const contents = Object.entries(body?.content ?? {})
  const [media, content] = contents.find(([type]) => /^application\/([^;]+\+)?json\b/i.test(type)) ?? contents[0] ?? []
  if (media === undefined || content === undefined) return undefined
  const json = /^application\/json\b/i.test(media)
  return {
    required: body?.required === true,
    media: json ? undefined : media,
    schema: (content.schema ?? true) as JsonSchema,
  }
}
