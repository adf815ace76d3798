import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { type ListenOptions, listenOptions } from '../listen-options.js'
import { useCompileCache } from '../use-compile-cache.js'

const BUILT = 'dist/gateway.mjs'

const HELP = `
Runs ${BUILT} if there is one (see \`gatewright build\`), else gateway.config.ts. Variables of .env and .env.local
in the folder of the config, for ${BUILT} in the working directory, are set unless they are set already.
SIGTERM drains and stops; SIGINT stops at once. After an error that nobody caught it
drains, stops and exits with 2.

Example:
  $ gatewright start --port 8080
`

function chooseConfig(run: CliRun, given: string | undefined): { readonly file: string; readonly envFiles?: readonly string[] } {
  if (given !== undefined) return { file: given }
  if (!existsSync(join(run.cwd, BUILT))) return { file: 'gateway.config.ts' }
  return { file: BUILT, envFiles: ['.env', '.env.local'].map((name) => join(run.cwd, name)) }
}

/** `gatewright start`: runs the gateway until it is told to stop. */
export function addStart(program: Command, run: CliRun): void {
  const command = program.command('start').description('run the gateway')
  command.option('-c, --config <file>', `the config file (default: ${BUILT}, else gateway.config.ts)`)
  listenOptions(command)
    .addHelpText('after', HELP)
    .action(async ({ config, ...listen }: ListenOptions & { config?: string }) => {
      const { file, ...env } = chooseConfig(run, config)
      // A config in TypeScript runs from a new file each time, which no cache would meet again.
      if (file.endsWith('.mjs')) useCompileCache(run.cwd)
      const { loadRuntime } = await import('../load-runtime.js')
      const { openConfig } = await import('../open-config.js')
      const { announce, startGateway } = await import('../start-gateway.js')
      // Loaded before anything serves, so that no signal comes between.
      const { untilFault } = await import('../until-fault.js')
      const { untilStopped } = await import('../until-stopped.js')
      // Before the config turns source maps on, for whose sake Node would read the map of each file of the runtime too.
      const createGateway = await loadRuntime(resolve(run.cwd, file))
      const { gateway } = await openConfig(run, file, env)
      const running = await startGateway({ gateway, createGateway }, listen)
      const stop: typeof running.stop = (options) => running.stop(options)
      // Before it is said where it listens: who reads that may end it at once.
      const ended = Promise.race([untilFault(run, stop), untilStopped(run, stop)])
      announce(run, file, running)
      run.exitCode = await ended
    })
}
