import type { Exchange } from '../../sdk/index.js'
import { enterFleet } from '../concurrency/enter-fleet.js'
import { enterHere } from '../concurrency/enter-here.js'
import { Slots } from '../concurrency/slots.js'
import { storeUnavailable } from '../limits/store-unavailable.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `concurrency`; its slots outlive a reload that leaves the limiter as it is. */
export const compileConcurrency: CompilePolicy<'concurrency'> = (settings, { identity, services }) => {
  const { by, limit, mode, onStoreFailure } = settings
  const { leases } = services
  const labels = { mode: onStoreFailure }
  // In shadow mode nothing may be held back either.
  const queue = mode === 'shadow' ? undefined : settings.queue
  const here = enterHere(
    services.keep(`concurrency:${identity}:${limit}`, () => new Slots(limit)),
    queue,
  )
  const undecided = (key: string, exchange: Exchange, cause: unknown) => {
    services.count('gatewright_limit_store_failures_total', labels)
    if (onStoreFailure === 'local') return here(key, exchange)
    if (onStoreFailure === 'closed') throw storeUnavailable(cause)
  }
  const enter = leases ? enterFleet({ leases, name: identity, limit, queue, undecided }) : here
  return {
    request(exchange) {
      return exchange.preflight ? undefined : enter(by ? by.read(exchange as never) : '', exchange)
    },
  }
}
