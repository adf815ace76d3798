import { parseArgs } from 'node:util'
import { runFaults } from './faults.js'

/** `npm run faults -- [--connections 10000] [--seed 1] [--verbose]`: prints what was found; fails where anything is left over. */
const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
})
const result = await runFaults({ connections: Number(values.connections), seed: Number(values.seed) })
const { descriptors, inFlight, upstreamSockets } = result
const lists = { wronged: result.wronged, hanging: result.hanging, failures: result.failures, lost: result.lost }
if (values.verbose) for (const [title, count] of [...result.outcomes].sort()) console.log(`${String(count).padStart(5)}  ${title}`)
console.log(`${values.connections} connections with faults on both sides (seed ${values.seed}) in ${result.seconds.toFixed(1)} s`)
console.log(`file descriptors: ${descriptors.before} before, ${descriptors.after} after`)
console.log(`in flight: ${inFlight}; connections to the upstream: ${upstreamSockets}`)
for (const [name, list] of Object.entries(lists)) console.log(`${name}: ${list.length}`, ...list.slice(0, 5))
const clean = Object.values(lists).every((list) => list.length === 0)
process.exitCode = clean && inFlight === 0 && upstreamSockets === 0 && descriptors.after <= descriptors.before ? 0 : 1
