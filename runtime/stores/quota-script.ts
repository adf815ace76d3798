import { defineRedisScript } from './redis-script.js'

const READ = `
local start, used = nil, 0
local kept = redis.call('GET', KEYS[1])
if kept then
  local first, second = string.match(kept, '^(%d+) (%d+)$')
  if not first then return redis.error_reply('BADCOUNTER the key holds something else than a quota') end
  start, used = tonumber(first), tonumber(second)
end
`

/**
 * Counts in the calendar window of Redis's own time. KEYS[1]: the counter, which holds the window's beginning and what is used. ARGV: the
 * cost, the limit, and the bounds of three windows in milliseconds since 1970. Returns whether the request is admitted (1 or 0), what is
 * used after it, the window's beginning, and the milliseconds left of it.
 */
export const SPEND_SCRIPT = defineRedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local from, till
for i = 3, 5 do
  if now >= tonumber(ARGV[i]) and now < tonumber(ARGV[i + 1]) then from, till = tonumber(ARGV[i]), tonumber(ARGV[i + 1]) end
end
if not from then return redis.error_reply('BADCLOCK the clocks of gateway and Redis are more than a window apart') end
${READ}
if start ~= from then used = 0 end
local limit = tonumber(ARGV[2])
local cost = math.min(tonumber(ARGV[1]), limit)
local admitted = 0
if used + cost <= limit then
  admitted = 1
  used = used + cost
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', from, used), 'PX', string.format('%.0f', till - now))
end
return { admitted, used, from, till - now }
`)

/** Puts right what a request took, unless its window is over. ARGV: the window's beginning and the difference. */
export const REPAY_SCRIPT = defineRedisScript(`
${READ}
local left = redis.call('PTTL', KEYS[1])
if start ~= tonumber(ARGV[1]) or left <= 0 then return 0 end
redis.call('SET', KEYS[1], string.format('%.0f %.0f', start, math.max(0, used + tonumber(ARGV[2]))), 'PX', left)
return 1
`)
