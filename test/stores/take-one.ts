import { type CellRate, toCell } from '../../runtime/stores/gcra.js'
import type { LimitDecision, LimitStore } from '../../runtime/stores/limit-store.js'

/** One request of cost 1 against one window. */
export async function takeOne(store: LimitStore, key: string, rate: CellRate): Promise<LimitDecision> {
  const [decision] = await store.take(key, [toCell(rate)], 1)
  return decision as LimitDecision
}
