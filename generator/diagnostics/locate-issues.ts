import type { ConfigIssue } from '../../sdk/config-error.js'
import type { IssueCode } from '../../sdk/issue-codes.js'
import { type ConfigSources, type LocatedIssue, placeIssues } from './place-issues.js'
import { toSpan } from './source-span.js'
import { stackFrames } from './stack-frames.js'

/** Issues about the loading, the command line or the machine, not about a place in the config. */
const ELSEWHERE: ReadonlySet<IssueCode> = new Set(['GW1901', 'GW1902', 'GW1903', 'GW1904', 'GW1905'])

/** Places issues at the calls they come from, without reading the source: enough for a built config, and loads no parser. */
export function locateCalls(issues: readonly ConfigIssue[]): readonly LocatedIssue[] {
  return placeIssues(issues, (_issue, origin) => {
    const [call] = stackFrames(origin?.stamp.stack)
    return call && toSpan(call)
  })
}

/**
 * Places issues at the property they are about: from the call that defined it along the path inside its options, or
 * along the whole path from the default export. A missing property is placed at the object it should be in.
 */
export async function locateIssues(issues: readonly ConfigIssue[], sources: ConfigSources): Promise<readonly LocatedIssue[]> {
  // The parser takes longer to load than a config takes to check, so it is loaded only for an issue that needs it.
  if (issues.every(({ code, position }) => position || ELSEWHERE.has(code))) return placeIssues(issues, () => undefined)
  const { createSpanFinder } = await import('./find-span.js')
  const find = createSpanFinder(sources)
  return placeIssues(issues, (issue, origin) => (ELSEWHERE.has(issue.code) ? undefined : find(issue, origin)))
}
