import { Node } from 'ts-morph'
import type { ConfigIssue, IssueOrigin, SourcePosition } from '../../sdk/config-error.js'
import type { IssueCode } from '../../sdk/issue-codes.js'
import { ConfigWalker, type FoundPath } from './config-walker.js'
import { findExport } from './find-declaration.js'
import type { ConfigSources, FindSpan } from './place-issues.js'
import { calleeName, SourceReader } from './source-reader.js'
import type { SourceSpan } from './source-span.js'
import { stackFrames } from './stack-frames.js'

/** Issues that are about a key: that it exists, or what it is called. */
const ABOUT_KEYS: ReadonlySet<IssueCode> = new Set(['GW1003', 'GW1203', 'GW1206', 'GW1303', 'GW1304', 'GW1401', 'GW1402'])

/** The part of a node that stands on its first line; of a call, what is called. */
function spanOf(node: Node): SourceSpan {
  const marked = Node.isCallExpression(node) ? calleeName(node) : node
  const source = marked.getSourceFile()
  const { line, column } = source.getLineAndColumnAtPos(marked.getStart())
  const [first = ''] = marked.getText().split('\n')
  const length = marked.getText() === first ? first.length : 1
  return { file: source.getFilePath(), line, column, length: Math.max(1, length) }
}

function isWritten(node: Node): boolean {
  return (
    Node.isLiteralExpression(node) ||
    Node.isTemplateExpression(node) ||
    Node.isObjectLiteralExpression(node) ||
    Node.isArrayLiteralExpression(node)
  )
}

function spanOfPath(found: FoundPath, start: Node, code: IssueCode, walker: ConfigWalker): SourceSpan {
  if (found.missingIn && !Node.isSourceFile(found.missingIn)) return spanOf(found.missingIn)
  const { property } = found
  if (!property) return spanOf(start)
  if (ABOUT_KEYS.has(code)) return spanOf(property.key)
  const origin = walker.origin(property.value)
  return spanOf(isWritten(origin) ? origin : property.value)
}

/** `anyOf(a, b)` takes its options one by one, and reports on them as if they were a list. */
function argumentOf(call: Node, path: readonly PropertyKey[]): { readonly node: Node; readonly rest: readonly PropertyKey[] } | undefined {
  if (!Node.isCallExpression(call)) return undefined
  const [index, ...rest] = path[0] === 'auths' ? path.slice(1) : path
  const node = typeof index === 'number' ? call.getArguments()[index] : undefined
  return node && { node, rest }
}

/** The calls in the config's own files that led to a definition, innermost first. */
function callsOf(origin: IssueOrigin | undefined, inputs: readonly string[]): readonly SourcePosition[] {
  const frames = stackFrames(origin?.stamp.stack)
  return frames.filter(({ file }) => inputs.includes(file))
}

/** Makes a finder that reads each source file once. */
export function createSpanFinder(sources: ConfigSources): FindSpan {
  const reader = new SourceReader(sources.imports)
  const config = () => {
    const file = reader.file(sources.file)
    const exported = file && findExport(file, 'default', reader)
    return { file, exported: exported?.kind === 'value' ? exported.node : undefined }
  }

  function fromCall(issue: Pick<ConfigIssue, 'code'>, origin: IssueOrigin): SourceSpan | undefined {
    const callers = callsOf(origin, sources.inputs)
    const [position] = callers
    if (!position) return undefined
    const call = reader.callAt(position)
    if (!call) return { ...position, length: 1 }
    if (issue.code === 'GW1102') return spanOf(call.getArguments()[0] ?? call)
    const walker = new ConfigWalker(reader, callers)
    const listed = argumentOf(call, origin.path)
    const start = listed?.node ?? call
    return spanOfPath(walker.walk(start, listed?.rest ?? origin.path), start, issue.code, walker)
  }

  return (issue, origin) => {
    const span = origin && fromCall(issue, origin)
    if (span) return span
    const { file, exported } = config()
    if (!exported) return file && { file: sources.file, line: 1, column: 1, length: 1 }
    const walker = new ConfigWalker(reader)
    return spanOfPath(walker.walk(exported, issue.path), exported, issue.code, walker)
  }
}
