import { Node } from 'ts-morph'
import type { ResolvedGateway } from '../../sdk/resolved.js'
import { ConfigWalker, type FoundProperty } from './config-walker.js'
import { findExport } from './find-declaration.js'
import type { ConfigSources } from './place-issues.js'
import { SourceReader } from './source-reader.js'
import { stackFrames } from './stack-frames.js'

/** What the comment above a route says: its first sentence, and the rest. */
export interface RouteDocs {
  readonly summary: string
  readonly description?: string
}

/** The text of the last doc comment before a node, without its stars and tags; paragraphs are single lines. */
function commentBefore(node: Node | undefined): readonly string[] {
  const comment = node?.getLeadingCommentRanges().at(-1)?.getText() ?? ''
  if (!comment.startsWith('/**')) return []
  const lines = comment
    .slice(3, -2)
    .split('\n')
    .map((line) => line.trim().replace(/^\* ?/, ''))
  const tags = lines.findIndex((line) => line.startsWith('@'))
  return (tags < 0 ? lines : lines.slice(0, tags))
    .join('\n')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
}

function split([first, ...paragraphs]: readonly string[]): RouteDocs | undefined {
  if (first === undefined) return undefined
  const end = /[.!?](?=\s+[\p{Lu}`"'([])/u.exec(first)
  const summary = end ? first.slice(0, end.index + 1) : first
  const rest = [first.slice(summary.length).trim(), ...paragraphs].filter((text) => text !== '')
  return rest.length > 0 ? { summary, description: rest.join('\n\n') } : { summary }
}

/** The comment above the route's key, else the one above the constant that holds the route. */
function docsOf({ key, value }: FoundProperty, walker: ConfigWalker): RouteDocs | undefined {
  const above = commentBefore(key.getParent())
  if (above.length > 0) return split(above)
  const declaration = walker.origin(value).getParent()
  return split(commentBefore(Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : undefined))
}

/** Reads the comments above the routes of a config, by route id; routes without one are left out. */
export function readRouteDocs(gateway: ResolvedGateway, sources: ConfigSources): ReadonlyMap<string, RouteDocs> {
  const reader = new SourceReader(sources.imports)
  const defined = stackFrames(gateway.stamp.stack).find(({ file }) => sources.inputs.includes(file))
  const file = reader.file(sources.file)
  const exported = file && findExport(file, 'default', reader)
  const root = (defined && reader.callAt(defined)) ?? (exported?.kind === 'value' ? exported.node : undefined)
  if (!root) return new Map()
  const walker = new ConfigWalker(reader)
  const find = createFinder(walker, root)
  const entries = gateway.routes.flatMap(({ id, keys }) => {
    const found = find(['routes', ...keys])
    const docs = found && docsOf(found, walker)
    return docs ? [[id, docs] as const] : []
  })
  return new Map(entries)
}

/** Finds properties by path; what paths share is followed once. */
function createFinder(walker: ConfigWalker, root: Node): (path: readonly string[]) => FoundProperty | undefined {
  const known = new Map<string, FoundProperty | undefined>()
  return function find(path): FoundProperty | undefined {
    const id = path.join('.')
    if (known.has(id)) return known.get(id)
    const parent: Node | undefined = path.length > 1 ? find(path.slice(0, -1))?.value : root
    const found = parent && walker.walk(parent, path.slice(-1)).property
    known.set(id, found)
    return found
  }
}
