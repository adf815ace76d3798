import { defineRedisScript } from './redis-script.js'

/** KEYS[1] gets ARGV[1] for ARGV[2] milliseconds unless it has a value, which is then returned. */
export const SET_IF_ABSENT_SCRIPT = defineRedisScript(`
local there = redis.call('GET', KEYS[1])
if not there then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return there
`)

/** KEYS[1] gets ARGV[2] for ARGV[3] milliseconds if its value is ARGV[1]. Returns 1 if it was. */
export const REPLACE_SCRIPT = defineRedisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)

/** Removes KEYS[1] if its value is ARGV[1]. Returns 1 if it was. */
export const REMOVE_SCRIPT = defineRedisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`)

/** Milliseconds since 1970 on the clock of the node that KEYS[1] belongs to, so that in a Cluster every process asks the same one. */
export const TIME_SCRIPT = defineRedisScript(`
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
`)
