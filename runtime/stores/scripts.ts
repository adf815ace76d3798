import { LEASE_SCRIPT } from './lease-script.js'
import { LIMIT_SCRIPT, SETTLE_SCRIPT } from './limit-script.js'
import { REPAY_SCRIPT, SPEND_SCRIPT } from './quota-script.js'
import type { RedisScript } from './redis-script.js'
import { REMOVE_SCRIPT, REPLACE_SCRIPT, SET_IF_ABSENT_SCRIPT, TIME_SCRIPT } from './state-scripts.js'

/** Every script, handed to Redis on each new connection so that the first use is as fast as any other. */
export const SCRIPTS: readonly RedisScript[] = [
  LIMIT_SCRIPT,
  SETTLE_SCRIPT,
  SPEND_SCRIPT,
  REPAY_SCRIPT,
  SET_IF_ABSENT_SCRIPT,
  REPLACE_SCRIPT,
  REMOVE_SCRIPT,
  TIME_SCRIPT,
  LEASE_SCRIPT,
]
