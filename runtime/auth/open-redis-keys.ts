import { pino } from 'pino'
import { systemClock } from '../clock.js'
import { createRedisLink } from '../stores/redis-link.js'
import { createRedisSharedState } from '../stores/redis-shared-state.js'
import { ApiKeyRegistry } from './api-key-registry.js'

/** Longest wait for a first connection, in milliseconds. */
const CONNECT_MS = 5_000

/** Opens the records of API keys of the gateways with this Redis and prefix; `undefined` if it cannot be reached. */
export async function openRedisKeys(
  url: string,
  prefix: string,
): Promise<{ readonly keys: ApiKeyRegistry; close(): Promise<void> } | undefined> {
  const link = createRedisLink({ url, clock: systemClock, log: pino({ level: 'silent' }), count: () => undefined })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CONNECT_MS)
  })
  const usable = await Promise.race([link.whenUsable().then(() => true), late])
  clearTimeout(timer)
  if (usable) return { keys: new ApiKeyRegistry(createRedisSharedState(link, prefix)), close: () => link.close() }
  await link.close()
  return undefined
}
