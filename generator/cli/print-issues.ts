import type { ConfigError } from '../../sdk/config-error.js'
import { locateCalls, locateIssues } from '../diagnostics/locate-issues.js'
import { isBuiltConfig } from '../load/load-config.js'
import type { CliRun } from './cli-run.js'

/** Prints every issue with its place: as data to standard output, else with its source to standard error. */
export async function printIssues(run: CliRun, error: ConfigError, json: boolean): Promise<void> {
  const { sources, cwd, colors } = run
  const built = sources && isBuiltConfig(sources.file) ? sources.file : undefined
  const located = built
    ? locateCalls(error.issues)
    : await locateIssues(error.issues, sources ?? { file: '', inputs: [], imports: new Map() })
  if (json) {
    const { issuesJson } = await import('../diagnostics/issues-json.js')
    run.print(`${JSON.stringify(issuesJson(located, cwd), null, 2)}\n`)
    return
  }
  const { formatIssues } = await import('../diagnostics/format-issues.js')
  const { builtSources } = await import('../load/built-sources.js')
  run.note(formatIssues(located, cwd, colors, built ? builtSources(built) : new Map()))
}
