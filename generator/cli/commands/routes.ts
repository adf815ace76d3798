import type { Command } from 'commander'
import type { RouteInspection } from '../../../runtime/types.js'
import { upstreamNames } from '../../../sdk/compose/upstream-names.js'
import type { ResolvedAuth, ResolvedRoute } from '../../../sdk/resolved.js'
import type { CliRun } from '../cli-run.js'
import { configOption } from '../config-option.js'

const HELP = `
Example:
  $ gatewright routes
  $ gatewright routes --json | jq '.[] | select(.auth == null)'
`

/** What one route does, in words. */
export interface RouteRow {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly upstream: string
  readonly unverified: boolean
  readonly auth: string | null
  readonly policies: readonly string[]
  readonly lane: RouteInspection['lane']
}

function wordsOf({ name, parts }: ResolvedAuth, nested = true): string {
  const words = parts.map((part) => wordsOf(part))
  if (name === 'optional') return `${parts.map((part) => wordsOf(part, part.parts.length > 1)).join('')} or none`
  const joined = words.join(name === 'all-of' ? ' & ' : ' | ')
  if (parts.length === 0) return name
  return nested ? `(${joined})` : joined
}

const authOf = ({ auth }: ResolvedRoute): string | null => (auth ? wordsOf(auth, false) : null)

/** Says how many routes anyone may call; which they are stands in their lines. */
function openRoutes(rows: readonly RouteRow[]): string {
  const open = rows.filter(({ auth }) => auth === null).length
  return open === 0 ? '' : `\n${open} of ${rows.length} route${rows.length === 1 ? '' : 's'} without auth\n`
}

function rowOf(route: ResolvedRoute, { lane, unverified }: RouteInspection): RouteRow {
  const { id, method, path, policies } = route
  const names = policies.map(({ key, policy }) => (key === policy.name ? key : `${key} (${policy.name})`))
  return { id, method, path, upstream: upstreamNames(route), unverified, auth: authOf(route), policies: names, lane }
}

function table(rows: readonly RouteRow[], run: CliRun): string {
  const head = ['METHOD', 'PATH', 'UPSTREAM', 'AUTH', 'POLICIES', 'LANE', 'ROUTE']
  const cells = rows.map(({ id, method, path, upstream, unverified, auth, policies, lane }) => [
    method,
    path,
    unverified ? `${upstream} (unverified)` : upstream,
    auth ?? '-',
    policies.join(', ') || '-',
    lane,
    id,
  ])
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [run.colors.dim(line(head)), ...cells.map(line)].map((text) => `${text}\n`).join('')
}

/** `gatewright routes`: lists what the gateway serves. */
export function addRoutes(program: Command, run: CliRun): void {
  configOption(program.command('routes').description('list the routes'))
    .option('--json', 'print the routes as JSON')
    .addHelpText('after', HELP)
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { openGateway } = await import('../open-gateway.js')
      const { inspectRoute } = await import('../../../runtime/inspect.js')
      const rows = (await openGateway(run, config)).routes.map((route) => rowOf(route, inspectRoute(route, undefined)))
      run.print(json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows, run) + openRoutes(rows))
    })
}
