import type { createGateway } from '../../runtime/index.js'
import type { RunningGateway } from '../../runtime/types.js'
import type { Gateway } from '../../sdk/gateway.js'
import type { CliRun } from './cli-run.js'
import { counted } from './counted.js'
import type { DevOptions } from './listen-options.js'
import { ownPackage } from './own-package.js'

/** A config, and what runs it. */
export interface Startable {
  readonly gateway: unknown
  readonly createGateway: typeof createGateway
}

/**
 * Starts a gateway.
 * @throws ConfigError if the config is invalid, or GW1905 if it cannot listen.
 */
export async function startGateway({ gateway, createGateway }: Startable, listen: DevOptions): Promise<RunningGateway> {
  // Whatever the config exports: `createGateway` checks that it is a gateway before anything else.
  const running = createGateway(gateway as Gateway, listen)
  await running.start()
  return running
}

/** Says what serves, and where. */
export function announce(run: CliRun, from: string, running: RunningGateway): void {
  const { bold, cyan, dim } = run.colors
  run.note(`${bold('gatewright')} ${dim(ownPackage().version)}  ${from}, ${counted(running.inspect().length, 'route')}\n`)
  run.note(`  gateway  ${cyan(running.url)}\n`)
  if (running.adminUrl !== '') run.note(`  admin    ${cyan(running.adminUrl)}\n`)
}
