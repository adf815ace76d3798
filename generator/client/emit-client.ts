import type { OpenAPIV3_1 } from 'openapi-types'
import type { SourceFileStructure } from 'ts-morph'
import { ConfigError } from '../../sdk/config-error.js'
import { chooseNames } from './client-names.js'
import { DocumentReader } from './document-reader.js'
import { emitIndex } from './emit-index.js'
import { emitOperations } from './emit-operations.js'
import { emitTypes, type Schemas } from './emit-types.js'
import { HEADER, printFiles } from './print-files.js'
import { findProblemComponents } from './problem-components.js'
import { readOperations } from './read-operations.js'
import { readSecurity } from './read-security.js'
import { CALL_TEXT } from './runtime/call-text.js'
import { CLIENT_RUNTIME_TEXT } from './runtime/client-runtime-text.js'

/** Options of {@link emitClient}. */
export interface ClientEmitOptions {
  /** Name of the interface that `createClient` returns. Default `Api`. */
  readonly name?: string | undefined
}

const EXPORTED = /^export (?:interface|type|class|function|const) (\w+)/gm

function exportedNames(text: string): string[] {
  return [...text.matchAll(EXPORTED)].map((match) => match[1] as string)
}

/**
 * Prints a typed client of an OpenAPI 3.1 document: file name to text, sorted by name. It needs nothing but `fetch`;
 * its imports end in `.js`, as Node and bundlers take them. The same document gives the same bytes.
 *
 * @throws ConfigError with every part of the document that a client cannot be made of.
 */
export function emitClient(document: OpenAPIV3_1.Document, options: ClientEmitOptions = {}): ReadonlyMap<string, string> {
  const reader = new DocumentReader(document)
  const operations = readOperations(document, reader)
  const credentials = readSecurity(document, reader)
  const schemas = (document.components?.schemas ?? {}) as Schemas
  const problems = findProblemComponents(operations, schemas)
  const runtimeNames = [...exportedNames(CALL_TEXT), ...exportedNames(CLIENT_RUNTIME_TEXT)]
  const names = chooseNames(options.name ?? 'Api', Object.keys(schemas).sort(), operations, runtimeNames)

  const structures = new Map<string, SourceFileStructure>()
  for (const [tag, file] of names.files) {
    const tagged = operations.filter((operation) => operation.tag === tag)
    structures.set(`${file}.ts`, emitOperations(tagged, problems, names, reader))
  }
  structures.set('types.ts', emitTypes(schemas, problems, names, reader))
  const title = `${document.info.title} ${document.info.version}`.trim()
  structures.set('index.ts', emitIndex({ title, operations, credentials, names }))
  // Text with holes in it would fail to parse for reasons that have been found already.
  if (reader.issues.length > 0) throw new ConfigError(reader.issues)

  const printed = printFiles(structures, reader)
  if (reader.issues.length > 0) throw new ConfigError(reader.issues)
  const fixed = [
    ['call.ts', `${HEADER}\n\n${CALL_TEXT}`],
    ['runtime.ts', `${HEADER}\n\n${CLIENT_RUNTIME_TEXT}`],
  ] as const
  return new Map([...printed, ...fixed].sort(([a], [b]) => (a < b ? -1 : 1)))
}
