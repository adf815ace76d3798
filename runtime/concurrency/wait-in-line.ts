import type { Exchange } from '../../sdk/index.js'
import { noSlot, type Queue } from './enter.js'

/** Somebody who waits. */
export interface Waiter<S> {
  /** Gives the slot that was waited for. */
  readonly admit: (slot: S) => void
  /** Ends the wait without one. */
  readonly fail: (cause: unknown) => void
}

/** Joins a line of at most `most`; returns how to leave it, or undefined if it is full. */
export type Join<S> = (most: number, waiter: Waiter<S>) => (() => void) | undefined

/**
 * Waits for a slot: resolves to it, or to undefined if the exchange ends before, and rejects with CONCURRENCY_LIMITED when the wait is too
 * long or the line full.
 */
export function waitInLine<S>(join: Join<S>, { size, maxWait }: Queue, exchange: Exchange): Promise<S | undefined> {
  return new Promise((resolve, reject) => {
    const leave = join(size, {
      admit(slot) {
        clearTimeout(timer)
        resolve(slot)
      },
      fail(cause) {
        clearTimeout(timer)
        reject(cause)
      },
    })
    if (!leave) {
      reject(noSlot())
      return
    }
    const timer = setTimeout(() => {
      leave()
      reject(noSlot())
    }, maxWait)
    exchange.onFinish(() => {
      clearTimeout(timer)
      leave()
      resolve(undefined)
    })
  })
}
