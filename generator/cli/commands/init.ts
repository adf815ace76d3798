import { type Command, Option } from 'commander'
import type { CliRun } from '../cli-run.js'

const HELP = `
Makes a project that runs at once: a gateway, a small service behind it, and a test.
The folder must be empty or not exist.

Example:
  $ gatewright init my-gateway
  $ cd my-gateway && npm install && npm start
`

/** `gatewright init`: makes a new project. */
export function addInit(program: Command, run: CliRun): void {
  program
    .command('init')
    .description('make a new project')
    .argument('<folder>', 'where to make it')
    .addOption(new Option('--gatewright <spec>', 'the gatewright dependency of the new project').hideHelp())
    .addHelpText('after', HELP)
    .action(async (folder: string, { gatewright }: { gatewright?: string }) => {
      const { initProject } = await import('../../init/init-project.js')
      const { ownPackage } = await import('../own-package.js')
      const { version, dependencies, devDependencies } = ownPackage()
      const files = await initProject(run.cwd, folder, {
        gatewright: gatewright ?? `^${version}`,
        zod: dependencies['zod'] ?? '^4.0.0',
        typescript: devDependencies['typescript'] ?? '^7.0.0',
      })
      run.print(files.map((file) => `${run.colors.green('created')}  ${file}\n`).join(''))
      const enter = folder === '.' ? '' : `cd ${/[^\w./@~+-]/.test(folder) ? JSON.stringify(folder) : folder} && `
      run.print(`\nNext:\n  ${run.colors.cyan(`${enter}npm install && npm start`)}\n`)
    })
}
