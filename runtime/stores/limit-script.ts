import { defineRedisScript } from './redis-script.js'

/**
 * The generic cell rate algorithm, decided inside Redis on its own clock, so that the clocks of gateways do not matter.
 * KEYS[1]: the counter. ARGV: emission and capacity in whole microseconds. Returns whether the request is admitted (1 or 0)
 * and the backlog after it in microseconds. The same steps as `runCell`; the counter expires when it would say nothing.
 */
export const LIMIT_SCRIPT = defineRedisScript(`
local emission, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrival = redis.call('GET', KEYS[1])
local backlog = 0
if arrival then
  if not string.match(arrival, '^%d+$') then
    return redis.error_reply('BADCOUNTER the key holds something else than a counter')
  end
  backlog = math.max(0, tonumber(arrival) - now)
end
local changed = backlog > capacity
backlog = math.min(backlog, capacity)
local admitted = backlog + emission <= capacity
if admitted then
  backlog = backlog + emission
  changed = true
end
if changed and backlog > 0 then
  local ttl = string.format('%.0f', math.ceil(backlog / 1000))
  redis.call('SET', KEYS[1], string.format('%.0f', now + backlog), 'PX', ttl)
end
return { admitted and 1 or 0, backlog }
`)
