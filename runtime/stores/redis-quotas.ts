import { type QuotaBounds, type QuotaDecision, toQuotaDecision } from './quota.js'
import { REPAY_SCRIPT, SPEND_SCRIPT } from './quota-script.js'
import type { RedisLink } from './redis-link.js'
import { StoreFailure } from './store-failure.js'

/** Reads the script's reply; nothing but a whole decision passes. */
function readReply(reply: unknown, limit: number): QuotaDecision {
  if (Array.isArray(reply) && reply.length === 4 && reply.every((one) => Number.isInteger(one) && one >= 0)) {
    const [admitted, used, window, leftMs] = reply as [number, number, number, number]
    if (admitted <= 1 && leftMs > 0) return toQuotaDecision(admitted === 1, used, limit, window, leftMs)
  }
  throw new StoreFailure('reply')
}

/** Counts a request in the window of Redis's own time; rejects with a {@link StoreFailure}. */
export async function spendInRedis(
  link: RedisLink,
  name: string,
  limit: number,
  bounds: QuotaBounds,
  cost: number,
): Promise<QuotaDecision> {
  return readReply(await link.run(SPEND_SCRIPT, name, [String(cost), String(limit), ...bounds.map(String)]), limit)
}

/** Changes what is used by `difference`, unless the window is over. */
export async function repayInRedis(link: RedisLink, name: string, window: number, difference: number): Promise<void> {
  await link.run(REPAY_SCRIPT, name, [String(window), String(difference)])
}
