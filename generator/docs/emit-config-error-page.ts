import { ConfigError, type ConfigIssue, formatPath, ISSUES, type IssueCode, resolveGateway } from '../../sdk/index.js'
import { CONFIG_ERROR_EXAMPLES } from './config-error-examples.js'
import { fenced, type Page, page, section } from './page.js'

/** The issues that loading `config` finds; none if it is valid. */
export function issuesOf(config: unknown): readonly ConfigIssue[] {
  try {
    resolveGateway(config)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

function printed({ code, path, message, hint, related }: ConfigIssue): string {
  const place = path.length === 0 ? '' : ` at ${formatPath(path)}`
  const more = [related?.message, hint].filter((line) => line !== undefined).map((line) => `  ${line}`)
  return [`${code}${place}`, `  ${message}`, ...more].join('\n')
}

/** The page of one config error; `body` is its example as it is written. */
export function emitConfigErrorPage(code: IssueCode, body: string | undefined): Page {
  const { title, explain } = ISSUES[code]
  const example = CONFIG_ERROR_EXAMPLES[code]
  const issues = example ? issuesOf(example()).filter((issue) => issue.code === code) : []
  return page(`config-errors/${code}.md`, `${code}: ${title}`, [
    explain,
    body === undefined
      ? undefined
      : section(
          'Example',
          'With a valid `info` and an upstream `shop`:',
          fenced('ts', body),
          'Loading it reports:',
          fenced('text', issues.map(printed).join('\n')),
        ),
  ])
}
