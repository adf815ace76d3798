import { Command, CommanderError } from 'commander'
import { ConfigError } from '../../sdk/config-error.js'
import type { CliRun } from './cli-run.js'
import { addBuild } from './commands/build.js'
import { addCheck } from './commands/check.js'
import { addDev } from './commands/dev.js'
import { addGenerate } from './commands/generate.js'
import { addInit } from './commands/init.js'
import { addKeys } from './commands/keys.js'
import { addRoutes } from './commands/routes.js'
import { addStart } from './commands/start.js'
import { ownPackage } from './own-package.js'
import { usageError } from './usage-error.js'

function createProgram(run: CliRun): Command {
  const program = new Command('gatewright')
    .description('An API gateway in one typed file: check it, run it, publish it.')
    .version(ownPackage().version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: run.print, writeErr: run.note, outputError: () => {} })
    .addHelpText('after', '\nHelp on one command:\n  $ gatewright check --help\n')
  for (const add of [addCheck, addDev, addStart, addBuild, addGenerate, addRoutes, addInit, addKeys]) add(program, run)
  return program
}

/** commander's words as an issue: `error: unknown option '--prot'\n(Did you mean --port?)`. */
function fromCommander(error: CommanderError): ConfigError {
  const [first = '', second] = error.message.replace(/^error: /, '').split('\n')
  const close = /Did you mean (?:one of )?(.+)\?\)/.exec(second ?? '')?.[1]
  const message = first.replaceAll("'", '`').replace(/^too many arguments for.*/, 'too many arguments')
  return usageError(message, close === undefined ? 'see gatewright --help' : `did you mean \`${close}\`?`)
}

async function runProgram(args: readonly string[], run: CliRun): Promise<void> {
  try {
    await createProgram(run).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return
    if (error.code === 'commander.help') run.exitCode = 1
    else throw fromCommander(error)
  }
}

async function runReporting(args: readonly string[], run: CliRun): Promise<number> {
  try {
    await runProgram(args, run)
    return run.exitCode
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const { printIssues } = await import('./print-issues.js')
    await printIssues(run, error, args.includes('--json'))
    return 1
  }
}

/** Runs one command line, prints what it comes to, and returns the exit code: 0, 1 (something of the user's is wrong) or 2 (a fault here). */
export async function runCli(args: readonly string[], run: CliRun): Promise<number> {
  try {
    return await runReporting(args, run)
  } catch (error) {
    run.note(`${run.colors.red('gatewright failed unexpectedly.')} ${error instanceof Error ? error.stack : String(error)}\n`)
    return 2
  }
}
