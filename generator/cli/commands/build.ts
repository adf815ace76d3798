import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { configOption } from '../config-option.js'

const HELP = `
Checks the config and bundles it with everything it imports, except packages, into <out>/gateway.mjs with a
source map. \`gatewright start\` runs that file without a TypeScript loader.

Example:
  $ gatewright build && gatewright start
`

/** `gatewright build`: makes one JavaScript module of the config. */
export function addBuild(program: Command, run: CliRun): void {
  configOption(program.command('build').description('bundle the config for production'))
    .option('-o, --out <folder>', 'where the bundle goes', 'dist')
    .addHelpText('after', HELP)
    .action(async ({ config, out }: { config: string; out: string }) => {
      const { buildConfig } = await import('../build-config.js')
      await buildConfig(run, config, out)
    })
}
