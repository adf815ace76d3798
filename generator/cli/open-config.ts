import { resolve } from 'node:path'
import { resolveGateway } from '../../sdk/resolve/resolve-gateway.js'
import type { ResolvedGateway } from '../../sdk/resolved.js'
import { type LoadedConfig, type LoadOptions, loadConfig } from '../load/load-config.js'
import type { CliRun } from './cli-run.js'

/** The config that commands take when none is named. */
export const DEFAULT_CONFIG = 'gateway.config.ts'

/**
 * Loads a config for a command.
 * @throws ConfigError as `loadConfig` does.
 */
export async function openConfig(run: CliRun, file: string, options: Omit<LoadOptions, 'cwd'> = {}): Promise<LoadedConfig> {
  run.sources = { file: resolve(run.cwd, file), inputs: [], imports: new Map() }
  const loaded = await loadConfig(file, { ...options, cwd: run.cwd })
  run.sources = loaded
  return loaded
}

/**
 * Loads a config and checks all of it.
 * @throws ConfigError with every issue.
 */
export async function openGateway(run: CliRun, file: string): Promise<ResolvedGateway> {
  const { gateway } = await openConfig(run, file)
  return resolveGateway(gateway)
}
