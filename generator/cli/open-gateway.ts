import { resolveGateway } from '../../sdk/resolve/resolve-gateway.js'
import type { ResolvedGateway } from '../../sdk/resolved.js'
import type { CliRun } from './cli-run.js'
import { openConfig } from './open-config.js'

/**
 * Loads a config and checks all of it.
 * @throws ConfigError with every issue.
 */
export async function openGateway(run: CliRun, file: string): Promise<ResolvedGateway> {
  const { gateway } = await openConfig(run, file)
  return resolveGateway(gateway)
}
