import { readFileSync } from 'node:fs'
import { ConfigError, type ConfigIssue } from '../../sdk/config-error.js'
import { suggest } from '../../sdk/resolve/suggest.js'
import type { SourceSpan } from '../diagnostics/source-span.js'
import { stackFrames } from '../diagnostics/stack-frames.js'

/** Where a pattern first matches in a file; its first group, where it has one, is what is marked. */
function findText(file: string, pattern: RegExp): SourceSpan | undefined {
  const text = readFileSync(file, 'utf8')
  const match = pattern.exec(text)
  if (!match) return undefined
  const marked = match[1] ?? match[0]
  const lines = text.slice(0, match.index + match[0].lastIndexOf(marked)).split('\n')
  return { file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, length: marked.length }
}

/** Where a module exports `name`. */
export function findNamedExport(file: string, name: string): SourceSpan | undefined {
  return findText(file, new RegExp(`\\bexport\\b[^;]*?\\b(${name})\\b`))
}

/** An import of a name that its module does not have; Node finds it when it links, before anything runs. */
async function missingExport(message: string, inputs: readonly string[]): Promise<ConfigIssue | undefined> {
  const match = /requested module '(.+)' does not provide an export named '([\w$]+)'/.exec(message)
  const [, module, name] = match ?? []
  if (module === undefined || name === undefined) return undefined
  const pattern = new RegExp(`\\bimport\\s[^;'"]*?\\b(${name.replaceAll('$', '\\$')})\\b[^;'"]*?\\bfrom\\b`)
  const position = name === 'default' ? undefined : inputs.map((file) => findText(file, pattern)).find((found) => found !== undefined)
  const exported = module.startsWith('file:') ? Object.keys(await import(module)) : []
  const close = suggest(name, exported)
  const from = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1] ?? (/\/sdk\/index\.[jt]s$/.test(module) ? 'gatewright' : module)
  const hint = close && `did you mean \`${close}\`?`
  return { code: 'GW1902', path: [], message: `\`${from}\` has no export \`${name}\``, hint, position }
}

/** Turns what importing a config threw into an issue of its own: GW1902 if it did not link, GW1903 if it ran and threw. */
export async function describeFailure(error: unknown, inputs: readonly string[]): Promise<ConfigError> {
  if (error instanceof ConfigError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (error instanceof SyntaxError) {
    const issue = await missingExport(message, inputs)
    if (issue) return new ConfigError([issue])
  }
  const known = new Set(inputs)
  const position = error instanceof Error ? stackFrames(error.stack).find(({ file }) => known.has(file)) : undefined
  if (code === 'ERR_MODULE_NOT_FOUND') return new ConfigError([{ code: 'GW1902', path: [], message }])
  if (error instanceof SyntaxError && !position) return new ConfigError([{ code: 'GW1902', path: [], message: `${inputs[0]}: ${message}` }])
  const name = error instanceof Error ? `${error.name}: ` : ''
  return new ConfigError([{ code: 'GW1903', path: [], message: `threw ${name}${message}`, position }])
}
