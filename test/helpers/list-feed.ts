import type { Discover, TargetOptions } from 'gatewright'

type List = readonly (string | TargetOptions)[]

/** A `discover` function in a test's hands. */
export interface ListFeed {
  readonly discover: Discover
  /** Yields a list, or throws an error; resolves when it has been taken. */
  push(next: List | Error): Promise<void>
  /** How often the function has been called. */
  readonly calls: number
}

/** Makes a {@link ListFeed}. */
export function listFeed(): ListFeed {
  const queue: { next: List | Error; taken: () => void }[] = []
  let wake = () => {}
  let calls = 0
  async function* lists(signal: AbortSignal) {
    calls++
    signal.addEventListener('abort', () => wake())
    while (!signal.aborted) {
      const entry = queue.shift()
      if (!entry) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      if (entry.next instanceof Error) {
        entry.taken()
        throw entry.next
      }
      yield entry.next
      entry.taken()
    }
  }
  return {
    discover: lists,
    push: (next) =>
      new Promise((taken) => {
        queue.push({ next, taken })
        wake()
      }),
    get calls() {
      return calls
    },
  }
}
