import { defineRedisScript } from './redis-script.js'

/**
 * Reads the counter under KEYS[1]: the theoretical arrival time of each window in whole microseconds, and gives the backlogs, on
 * Redis's own clock, so that the clocks of gateways do not matter. `from` is where the emission and capacity of each window begin in ARGV.
 */
const READ = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local windows = (#ARGV - from + 1) / 2
local backlogs, changed = {}, false
local kept = redis.call('GET', KEYS[1])
if kept then
  for arrival in string.gmatch(kept, '%d+') do backlogs[#backlogs + 1] = math.max(0, tonumber(arrival) - now) end
  if not string.match(kept, '^%d[%d ]*$') or #backlogs ~= windows then
    return redis.error_reply('BADCOUNTER the key holds something else than a counter')
  end
end
local emissions, capacities = {}, {}
for i = 1, windows do
  emissions[i], capacities[i] = tonumber(ARGV[from + 2 * i - 2]), tonumber(ARGV[from + 2 * i - 1])
  backlogs[i] = backlogs[i] or 0
  if backlogs[i] > capacities[i] then
    backlogs[i] = capacities[i]
    changed = true
  end
end
local function need(i, cost) return math.min(emissions[i] * cost, capacities[i]) end
`

/** Keeps the counter for as long as it says something. */
const WRITE = `
if changed then
  local longest, arrivals = 0, {}
  for i = 1, windows do
    longest = math.max(longest, backlogs[i])
    arrivals[i] = string.format('%.0f', now + backlogs[i])
  end
  if longest > 0 then
    redis.call('SET', KEYS[1], table.concat(arrivals, ' '), 'PX', string.format('%.0f', math.ceil(longest / 1000)))
  elseif kept then
    redis.call('DEL', KEYS[1])
  end
end
`

/**
 * The generic cell rate algorithm for several windows at once, the same steps as `runCells`. ARGV: the cost, then emission and capacity of
 * each window in whole microseconds. Returns whether the request is admitted (1 or 0) and the backlog of each window after it.
 */
export const LIMIT_SCRIPT = defineRedisScript(`
local from = 2
${READ}
local cost, admitted = tonumber(ARGV[1]), 1
for i = 1, windows do
  if backlogs[i] + need(i, cost) > capacities[i] then admitted = 0 end
end
if admitted == 1 then
  for i = 1, windows do backlogs[i] = backlogs[i] + need(i, cost) end
  changed = true
end
${WRITE}
table.insert(backlogs, 1, admitted)
return backlogs
`)

/** Puts right what a request took, the same steps as `settleCells`. ARGV: what was taken, what is due, then as for {@link LIMIT_SCRIPT}. */
export const SETTLE_SCRIPT = defineRedisScript(`
local from = 3
${READ}
for i = 1, windows do
  local backlog = backlogs[i] + need(i, tonumber(ARGV[2])) - need(i, tonumber(ARGV[1]))
  backlogs[i] = math.min(capacities[i], math.max(0, backlog))
end
changed = true
${WRITE}
return 1
`)
