import { availableParallelism, loadavg } from 'node:os'
import test, { type ExecutionContext } from 'ava'

/** True where others take so much of the processor that a store cannot be expected to answer in 20 ms. */
export const isBusy = (): boolean => (loadavg()[0] ?? 0) > 2 * availableParallelism()

/** Has something closed when the test is over, however it ends. */
export type Defer = (close: () => unknown) => void

async function attempt(t: ExecutionContext, run: TimedRun): Promise<void> {
  const closing: (() => unknown)[] = []
  try {
    await run(t, (close) => closing.unshift(close))
  } finally {
    for (const close of closing) await close()
  }
}

type TimedRun = (t: ExecutionContext, defer: Defer) => Promise<void>

/**
 * Declares a test whose outcome hangs on time. On a busy machine it gets three more attempts, and says so; elsewhere it has
 * to pass at once.
 */
export function timedTest(title: string, run: TimedRun): void {
  test.serial(title, async (t) => {
    for (let spare = 3; ; spare -= 1) {
      const tried = await t.try((inner) => attempt(inner, run))
      if (tried.passed || spare === 0 || !isBusy()) return tried.commit()
      tried.discard()
      const why = tried.errors.map(({ message, cause }) => (cause instanceof Error ? cause.message : message)).join('; ')
      t.log(`repeated: the machine has a load of ${loadavg()[0]}; before: ${why}`)
    }
  })
}
