import type { RunningGateway } from '../../runtime/types.js'
import type { CliRun } from './cli-run.js'

/**
 * Waits for a signal, stops, and returns the exit code. SIGTERM drains (0, or 1 if requests had to be cut), SIGINT
 * stops without delay; a second signal ends at once with 1.
 */
export function untilStopped(run: CliRun, stop: RunningGateway['stop']): Promise<number> {
  return new Promise((resolve, reject) => {
    let stopping = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (stopping) {
        run.note(`${signal} again: ending at once\n`)
        resolve(1)
        return
      }
      stopping = true
      const now = signal === 'SIGINT'
      run.note(`${signal}: stopping${now ? '' : ' after requests in flight'}\n`)
      stop({ now }).then((clean) => {
        if (!clean) run.note('requests in flight had to be cut\n')
        resolve(clean || now ? 0 : 1)
      }, reject)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
