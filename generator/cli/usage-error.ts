import { ConfigError } from '../../sdk/config-error.js'

/** A flag, argument or file that a command cannot use: GW1904. */
export function usageError(message: string, hint?: string): ConfigError {
  return new ConfigError([{ code: 'GW1904', path: [], message, hint }])
}
