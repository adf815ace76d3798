import { inspect } from 'node:util'
import type { RunningGateway } from '../../runtime/types.js'
import type { CliRun } from './cli-run.js'

/** Faults that are printed, should one follow the other. */
const MOST_PRINTED = 10

/**
 * Waits for an error that nobody caught: thrown in a timer or a listener of the config's own code, or a rejection without a handler. After one the
 * state of the process is uncertain, so it takes nothing new, answers what is in flight and ends with 2, for its supervisor to start it again. Left
 * to Node, each request in flight would be cut.
 */
export function untilFault(run: CliRun, stop: RunningGateway['stop']): Promise<number> {
  return new Promise((resolve) => {
    let faults = 0
    process.on('uncaughtException', (error: unknown, origin) => {
      faults++
      const kind = origin === 'unhandledRejection' ? 'a rejection that nobody handled' : 'an error that nobody caught'
      if (faults <= MOST_PRINTED) run.note(`${run.colors.red(kind)}: ${error instanceof Error ? error.stack : inspect(error)}\n`)
      if (faults > 1) return
      run.note('the state of this process is uncertain now: stopping after requests in flight, with exit code 2\n')
      const end = () => resolve(2)
      stop().then(end, end)
    })
  })
}
