import type { Exchange } from '../../sdk/index.js'

/** Resolves after `ms` milliseconds, or when the exchange ends before that. */
export function pause(ms: number, exchange: Exchange): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    exchange.onFinish(() => {
      clearTimeout(timer)
      resolve(undefined)
    })
  })
}
