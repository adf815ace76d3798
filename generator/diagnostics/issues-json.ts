import { formatPath } from '../../sdk/config-error.js'
import { displayFile, sortIssues } from './format-issues.js'
import type { LocatedIssue } from './place-issues.js'
import type { SourceSpan } from './source-span.js'

const place = (span: SourceSpan | undefined, cwd: string) =>
  span && { file: displayFile(span.file, cwd), line: span.line, column: span.column }

/** The issues as data: `{ ok: false, issues: [{ code, path, message, hint, file, line, column, related }] }`, every one of them. */
export function issuesJson(issues: readonly LocatedIssue[], cwd: string): object {
  return {
    ok: false,
    issues: sortIssues(issues).map(({ code, path, message, hint, position, related }) => ({
      code,
      path: formatPath(path),
      message,
      hint,
      ...place(position, cwd),
      related: related && { message: related.message, ...place(related.position, cwd) },
    })),
  }
}
