import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { configOption } from '../config-option.js'
import { type DevOptions, listenOptions } from '../listen-options.js'

const HELP = `
Runs the gateway on this machine alone and reloads it whenever the config, a file it imports or .env changes.
A change that does not check out is printed; the last good config goes on serving.

Example:
  $ gatewright dev --port 3000
`

/** `gatewright dev`: runs the gateway and follows changes of its config. */
export function addDev(program: Command, run: CliRun): void {
  const command = configOption(program.command('dev').description('run the gateway and reload it on changes'))
  listenOptions(command, '127.0.0.1')
    .option('--mock', 'answer every route from the schemas of its `responses`, without upstreams')
    .addHelpText('after', HELP)
    .action(async ({ config, ...listen }: DevOptions & { config: string }) => {
      const { DevSession } = await import('../dev-session.js')
      run.exitCode = await new DevSession(run, config, listen).run()
    })
}
