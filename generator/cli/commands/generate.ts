import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { configOption } from '../config-option.js'

const HELP = `
Writes openapi.json, openapi.yaml and a typed client (client/*.ts) into <out>. Only files that changed are written;
files in client/ that were not generated are left alone.

Example:
  $ gatewright generate --out generated
  $ gatewright generate --check    (in CI: exits with 1 if the files are not up to date)
`

/** `gatewright generate`: writes the OpenAPI documents and the client. */
export function addGenerate(program: Command, run: CliRun): void {
  configOption(program.command('generate').description('write the OpenAPI documents and the typed client'))
    .option('-o, --out <folder>', 'where the files go', 'generated')
    .option('--check', 'write nothing; list the files that are not up to date')
    .option('--internal', 'include routes marked `internal`')
    .option('--json', 'print the changes as JSON')
    .addHelpText('after', HELP)
    .action(async ({ config, ...options }: { config: string; out: string; check?: true; internal?: true; json?: true }) => {
      const { generateFiles } = await import('../generate-files.js')
      await generateFiles(run, config, options)
    })
}
