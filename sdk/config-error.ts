import type { IssueCode } from './issue-codes.js'
import type { Stamp } from './stamp.js'

/** A place in the user's source, 1-based. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Where an issue is: the nearest stamped definition, and the path from its options object. */
export interface IssueOrigin {
  readonly stamp: Stamp
  readonly path: readonly PropertyKey[]
}

/** One thing wrong with a config. */
export interface ConfigIssue {
  readonly code: IssueCode
  /** Path from the gateway's options, such as `['routes', 'users', 'get', 'path']`. */
  readonly path: readonly PropertyKey[]
  /** What was found. */
  readonly message: string
  /** What to do. */
  readonly hint?: string | undefined
  readonly origin?: IssueOrigin | undefined
  /** Another place that explains this one, such as the first of two duplicates. */
  readonly related?: { readonly message: string; readonly origin: IssueOrigin } | undefined
  /** Known exactly for errors that a parser reports; otherwise found from `origin`. */
  readonly position?: SourcePosition | undefined
}

/** Prints a path the way it is written in code: `routes.users.get.use.limit`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = String(key)
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}

/** Everything wrong with a config, at once. */
export class ConfigError extends Error {
  readonly issues: readonly ConfigIssue[]

  /** Also of another copy of this package: what is built carries one of its own. */
  static override [Symbol.hasInstance](value: unknown): value is ConfigError {
    return value instanceof Error && value.name === 'ConfigError' && 'issues' in value
  }

  constructor(issues: readonly ConfigIssue[]) {
    super(issues.map((issue) => `${issue.code} ${formatPath(issue.path)}: ${issue.message}`).join('\n'))
    this.name = 'ConfigError'
    this.issues = issues
  }
}
