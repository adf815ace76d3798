import { parseArgs } from 'node:util'
import { heapSlope, runSoak, spreadOf } from './soak.js'

/** `npm run soak -- [--minutes 60] [--samples 12] [--seed 1]`: prints what the gateway holds; fails where it grows or anything went wrong. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    samples: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
  },
})
console.log('minute  heap MiB  descriptors  resources')
const { connections, failures, samples } = await runSoak(
  { minutes: Number(values.minutes), samples: Number(values.samples), seed: Number(values.seed) },
  ({ minute, heapMiB, descriptors, resources }) =>
    console.log(
      `${minute.toFixed(1).padStart(6)}  ${heapMiB.toFixed(1).padStart(8)}  ${String(descriptors).padStart(11)}  ${String(resources).padStart(9)}`,
    ),
)
// The first rounds fill caches and compile code.
const settled = samples.slice(Math.ceil(samples.length / 4))
const slope = heapSlope(settled)
const spread = { descriptors: spreadOf(settled, 'descriptors'), resources: spreadOf(settled, 'resources') }
console.log(`${connections} connections with faults on both sides, and ${samples.length - 1} reloads (seed ${values.seed})`)
console.log(`heap: ${slope.toFixed(2)} MiB in ten minutes (at most 1)`)
console.log(`between samples: ${spread.descriptors} file descriptors and ${spread.resources} resources apart (at most 5)`)
console.log(`failures: ${failures.length}`, ...failures.slice(0, 5))
process.exitCode = slope < 1 && spread.descriptors <= 5 && spread.resources <= 5 && failures.length === 0 ? 0 : 1
