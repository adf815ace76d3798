import type { ClientOperation } from './operation.js'
import { escapeDoc } from './quote.js'

/** Documentation in the form that ts-morph prints; several lines begin on one of their own. */
export function docsOf(text: string): string[] {
  if (text === '') return []
  return [text.includes('\n') ? `\n${text}` : text]
}

/** The documentation of an operation: its own, and the request it makes. */
export function docOfOperation(operation: ClientOperation): string {
  const request = escapeDoc(`${operation.method} ${operation.path}`)
  return [
    operation.doc && `${operation.doc}\n`,
    request,
    operation.deprecated === undefined ? '' : `@deprecated ${operation.deprecated}`.trim(),
  ]
    .filter(Boolean)
    .join('\n')
}
