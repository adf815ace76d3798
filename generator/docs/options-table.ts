import type { Schema } from '../../sdk/types.js'
import { listOptions, type OptionFacts } from './list-options.js'

const cell = (text: string) => text.replaceAll('|', '\\|')
const LAST_DEFAULT = / ?Default:? ((?:`[^`]*`|[^.`])+)\.$/

function row({ path, type, required, fallback }: OptionFacts, comment: string | undefined): string {
  const stated = comment?.match(LAST_DEFAULT)
  const words = stated?.[1]
  // A default that the comment explains in words stays in the comment; a bare one moves to its column.
  const bare = words !== undefined && (fallback === undefined || !words.includes(':'))
  const value = fallback === undefined ? (words ?? '') : `\`${fallback}\``
  const text = bare ? comment?.replace(LAST_DEFAULT, '') : comment
  return `| \`${path}\` | ${cell(type)} | ${required ? '**required**' : cell(value)} | ${cell(text ?? '')} |`
}

/** A Markdown table of a schema's options, with the comments on their keys. */
export function optionsTable(schema: Schema, comments: ReadonlyMap<string, string>): string {
  const rows = listOptions(schema).map((facts) => row(facts, comments.get(facts.path)))
  return ['| option | type | default | |', '|---|---|---|---|', ...rows].join('\n')
}
