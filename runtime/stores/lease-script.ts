import { defineRedisScript } from './redis-script.js'

/**
 * Keeps leases in a sorted set under KEYS[1], each with the millisecond of Redis's own clock at which it is over. ARGV: the limit, how long
 * a lease holds in milliseconds, then the leases to take or renew. All of them are taken if that keeps within the limit, else none; a limit
 * of 0 stands for none, which is how leases are renewed: also those that Redis has lost. Returns 1 if they were taken.
 */
export const LEASE_SCRIPT = defineRedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if limit > 0 and redis.call('ZCARD', KEYS[1]) + #ARGV - 2 > limit then return 0 end
local over = string.format('%.0f', now + lease)
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], over, ARGV[i]) end
if redis.call('PTTL', KEYS[1]) < lease then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`)
