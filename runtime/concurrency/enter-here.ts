import { type Enter, noSlot, type Queue } from './enter.js'
import type { Slots } from './slots.js'
import { waitInLine } from './wait-in-line.js'

/** Lets requests in by slots of this process; synchronous for those that need not wait. */
export function enterHere(slots: Slots, queue: Queue | undefined): Enter {
  return (key, exchange) => {
    let holding = slots.take(key)
    if (!holding && !queue) throw noSlot()
    exchange.onFinish(() => {
      if (holding) slots.release(key)
    })
    if (holding || !queue) return undefined
    const join = (most: number, { admit }: { readonly admit: () => void }) =>
      slots.wait(key, most, {
        admit() {
          holding = true
          admit()
        },
      })
    return waitInLine<void>(join, queue, exchange)
  }
}
