import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { configOption } from '../config-option.js'

const HELP = `
Checks the config and bundles it with everything it imports into <out>/gateway.mjs with a source map, and the
gateway that runs it into <out>/gateway-*.mjs. \`gatewright start\` runs these files without a TypeScript loader, and
loads no other package. Name with --external what cannot be bundled, such as packages with native code.

Example:
  $ gatewright build && gatewright start
`

/** `gatewright build`: makes one JavaScript module of the config. */
export function addBuild(program: Command, run: CliRun): void {
  configOption(program.command('build').description('bundle the config for production'))
    .option('-o, --out <folder>', 'where the bundle goes', 'dist')
    .option('-x, --external <package...>', 'packages to leave outside', [])
    .addHelpText('after', HELP)
    .action(async ({ config, out, external }: { config: string; out: string; external: string[] }) => {
      const { buildConfig } = await import('../build-config.js')
      await buildConfig(run, config, out, external)
    })
}
