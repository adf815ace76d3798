import { type Exchange, Problem } from '../../sdk/index.js'
import type { ConcurrencySettings } from '../../sdk/policies/concurrency.js'
import type { CompilePolicy } from './compiler.js'
import { Slots } from './slots.js'

const refusal = () => new Problem('CONCURRENCY_LIMITED', { headers: ['Retry-After', '1'] })

/** Waits for a slot, which is the exchange's until it ends; rejects when the wait is too long. An exchange that ends meanwhile gives up its place. */
function waitForSlot(slots: Slots, key: string, { size, maxWait }: NonNullable<ConcurrencySettings['queue']>, exchange: Exchange) {
  return new Promise<void>((resolve, reject) => {
    let holding = false
    const stop = slots.wait(key, size, () => {
      clearTimeout(timer)
      holding = true
      resolve()
    })
    if (!stop) {
      reject(refusal())
      return
    }
    const timer = setTimeout(() => {
      stop()
      reject(refusal())
    }, maxWait)
    exchange.onFinish(() => {
      clearTimeout(timer)
      stop()
      if (holding) slots.release(key)
      resolve()
    })
  })
}

/** Compiles `concurrency`; its slots outlive a reload that leaves the limiter as it is. */
export const compileConcurrency: CompilePolicy<'concurrency'> = (settings, { identity, services }) => {
  const { by, limit, mode } = settings
  const slots = services.keep(`concurrency:${identity}:${limit}`, () => new Slots(limit))
  // In shadow mode nothing may be held back either.
  const queue = mode === 'shadow' ? undefined : settings.queue
  return {
    request(exchange) {
      if (exchange.preflight) return undefined
      const key = by ? by.read(exchange as never) : ''
      if (slots.take(key)) {
        exchange.onFinish(() => slots.release(key))
        return undefined
      }
      if (!queue) throw refusal()
      return waitForSlot(slots, key, queue, exchange)
    },
  }
}
