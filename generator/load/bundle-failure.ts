import { isAbsolute, resolve } from 'node:path'
import type { BuildFailure, Message } from 'esbuild'
import { ConfigError, type ConfigIssue } from '../../sdk/config-error.js'
import type { SourceSpan } from '../diagnostics/source-span.js'

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error && 'warnings' in error

/** What a failed bundle is told as: GW1902 for each syntax error and each import that leads nowhere; other errors as they are. */
export function bundleFailure(error: unknown, folder: string): unknown {
  return isBuildFailure(error) ? new ConfigError(error.errors.map((message) => toIssue(message, folder))) : error
}

function toIssue(message: Message, folder: string): ConfigIssue {
  const { location, text } = message
  if (!location) return { code: 'GW1902', path: [], message: text }
  // esbuild counts bytes, from zero.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString()
  const marked = Buffer.from(location.lineText)
    .subarray(location.column, location.column + location.length)
    .toString()
  const position: SourceSpan = {
    file: isAbsolute(location.file) ? location.file : resolve(folder, location.file),
    line: location.line,
    column: before.length + 1,
    length: Math.max(1, marked.length),
  }
  const missing = /^Could not resolve "(.+)"$/.exec(text)?.[1]
  return { code: 'GW1902', path: [], message: lowerFirst(text), hint: missing === undefined ? undefined : hintFor(missing), position }
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function hintFor(specifier: string): string {
  if (specifier.startsWith('.') || isAbsolute(specifier)) return 'there is no such file; check its name and folder'
  return `install it with \`npm install ${specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')}\`, or correct the name`
}
