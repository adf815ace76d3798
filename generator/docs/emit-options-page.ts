import type { Schema } from '../../sdk/types.js'
import type { DocsExample } from './docs-example.js'
import { optionsTable } from './options-table.js'
import { fenced, type Page, page, section } from './page.js'
import type { CommentReader } from './read-comments.js'

/** A part of the config that is no policy, and where its sources are. */
export interface OptionsSource {
  /** The function that takes the options. */
  readonly name: string
  readonly functionFile: string
  readonly schemaFile: string
  readonly schemaName: string
  readonly schema: Schema
}

/** The reference page of `defineGateway`, `route` or `upstream`. */
export function emitOptionsPage(path: string, source: OptionsSource, example: DocsExample, comments: CommentReader): Page {
  const { name, functionFile, schemaFile, schemaName, schema } = source
  return page(path, name, [
    comments.ofFunction(functionFile, name),
    fenced('ts', `import { ${name} } from 'gatewright'`),
    section('Options', optionsTable(schema, comments.ofSchema(schemaFile, schemaName))),
    section('Example', fenced('ts', example.source)),
  ])
}
