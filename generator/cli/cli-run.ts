import type { Colors } from 'picocolors/types.js'
import type { ConfigSources } from '../diagnostics/place-issues.js'

/** What one run of the command line has around it, and what it comes to. */
export interface CliRun {
  readonly cwd: string
  readonly colors: Colors
  /** Writes data to standard output. */
  readonly print: (text: string) => void
  /** Writes words to standard error, so that they never mix with data or log lines. */
  readonly note: (text: string) => void
  /** Reads standard input to its end. */
  readonly read: () => Promise<string>
  /** 0 done; 1 the config, a flag or a generated file is wrong; 2 a fault in gatewright itself. */
  exitCode: number
  /** Sources of the config that was loaded last, for placing its issues. */
  sources: ConfigSources | undefined
}
