import type { ResolvedGateway } from '../sdk/index.js'
import { openFileLimit, openFilesWarning } from './edge/open-files.js'
import { nodeVersionWarning } from './node-version-warning.js'
import { queryMethodWarning } from './query-method-warning.js'

/** What an operator should know of the machine that a gateway starts on. */
export function startWarnings({ settings, routes }: ResolvedGateway): string[] {
  const { connections } = settings.server.limits
  const warnings = [nodeVersionWarning(process.versions.node), queryMethodWarning(routes), openFilesWarning(connections, openFileLimit())]
  return warnings.filter((warning) => warning !== undefined)
}
