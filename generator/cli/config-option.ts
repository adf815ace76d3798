import type { Command } from 'commander'
import { DEFAULT_CONFIG } from './open-config.js'

/** Adds `--config <file>`. */
export function configOption(command: Command): Command {
  return command.option('-c, --config <file>', 'the config file', DEFAULT_CONFIG)
}
