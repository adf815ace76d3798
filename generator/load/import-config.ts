import { describeFailure } from './describe-failure.js'

/** What a module exports. */
export type ModuleExports = Readonly<Record<string, unknown>>

/**
 * Imports a module that consists of the given source files.
 * @throws ConfigError GW1902 if it does not link, GW1903 if it throws.
 */
export async function importConfig(url: string, inputs: readonly string[]): Promise<ModuleExports> {
  try {
    return await import(url)
  } catch (error) {
    throw await describeFailure(error, inputs)
  }
}
