import type { ConfigIssue, IssueOrigin } from '../../sdk/config-error.js'
import type { ImportMap } from '../load/bundle-config.js'
import { type SourceSpan, toSpan } from './source-span.js'

/** Where a config's sources are. */
export interface ConfigSources {
  /** The config file, absolute. */
  readonly file: string
  /** Its source files, absolute. */
  readonly inputs: readonly string[]
  readonly imports: ImportMap
}

/** An issue with the place in the source that it is about, where one was found. */
export interface LocatedIssue extends Omit<ConfigIssue, 'position' | 'related' | 'origin'> {
  readonly position: SourceSpan | undefined
  readonly related: { readonly message: string; readonly position: SourceSpan | undefined } | undefined
}

/** Finds the source of an issue's subject. */
export type FindSpan = (issue: Pick<ConfigIssue, 'code' | 'path'>, origin: IssueOrigin | undefined) => SourceSpan | undefined

/** Gives each issue, and what it refers to, its place. A position that is known already stays. */
export function placeIssues(issues: readonly ConfigIssue[], find: FindSpan): readonly LocatedIssue[] {
  return issues.map(({ position, related, origin, ...issue }) => ({
    ...issue,
    position: position ? toSpan(position) : find(issue, origin),
    related: related && { message: related.message, position: find({ code: issue.code, path: [] }, related.origin) },
  }))
}
