import { resolve } from 'node:path'
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
