import type { Exchange } from '../../sdk/index.js'
import type { Lease, LeaseStore } from '../stores/lease-store.js'
import { StoreFailure } from '../stores/store-failure.js'
import { type Enter, noSlot, type Queue } from './enter.js'
import { LeaseLine } from './lease-line.js'
import { waitInLine } from './wait-in-line.js'

/** Shared slots and what to do without them. */
export interface FleetSlots {
  readonly leases: LeaseStore
  /** What the slots are called in every process. */
  readonly name: string
  readonly limit: number
  readonly queue: Queue | undefined
  /** Decides where the store does not answer. */
  readonly undecided: (key: string, exchange: Exchange, cause: unknown) => void | Promise<void>
}

/** Keeps a lease until the exchange is over, also where that is before the lease arrives. */
function leaseHolder(exchange: Exchange, released: () => void): (lease: Lease) => void {
  let over = false
  let held: Lease | undefined
  const giveBack = () => {
    if (!held) return
    held.release()
    released()
  }
  exchange.onFinish(() => {
    over = true
    giveBack()
  })
  return (lease) => {
    held = lease
    if (over) giveBack()
  }
}

/** Lets requests in by slots that all processes share. */
export function enterFleet({ leases, name, limit, queue, undecided }: FleetSlots): Enter {
  const take = (key: string) => leases.take(`${name}\0${key}`, limit)
  const line = new LeaseLine(take)
  return async (key, exchange) => {
    const hold = leaseHolder(exchange, () => line.wake(key))
    try {
      const lease = line.isLong(key) ? undefined : await take(key)
      if (!lease && !queue) throw noSlot()
      const given = lease ?? (await waitInLine<Lease>((most, waiter) => line.wait(key, most, waiter), queue as Queue, exchange))
      if (given) hold(given)
    } catch (cause) {
      if (cause instanceof StoreFailure) return undecided(key, exchange, cause)
      throw cause
    }
  }
}
