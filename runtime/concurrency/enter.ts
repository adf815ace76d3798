import type { Exchange } from '../../sdk/index.js'
import { Problem } from '../../sdk/index.js'

/** Takes a slot of `key` for the exchange until it ends; rejects or throws the problem CONCURRENCY_LIMITED. */
export type Enter = (key: string, exchange: Exchange) => void | Promise<void>

/** How many may wait, and how long, in milliseconds. */
export interface Queue {
  readonly size: number
  readonly maxWait: number
}

/** What is told to who gets no slot. */
export function noSlot(): Problem {
  return new Problem('CONCURRENCY_LIMITED', { headers: ['Retry-After', '1'] })
}
