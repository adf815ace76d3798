import { parseArgs } from 'node:util'
import { size as parseSize } from '../../sdk/schemas/text.js'
import { runTransfer } from './transfer.js'

/** `npm run transfer -- [--size 1gb] [--fast]`: prints the figures; fails where memory or content is not as it must be. */
const { values } = parseArgs({ options: { size: { type: 'string', default: '1gb' }, fast: { type: 'boolean', default: false } } })
const bytes = parseSize.parse(values.size)
const { seconds, idleRss, peakRss, delayP99, broken, failures } = await runTransfer({
  size: bytes,
  rate: values.fast ? Number.POSITIVE_INFINITY : 10_000_000,
})
const growth = peakRss - idleRss
console.log(`10 transfers of ${values.size} in ${seconds.toFixed(1)} s: ${((10 * bytes) / 1e6 / seconds).toFixed(0)} MB/s`)
console.log(`memory: idle ${idleRss.toFixed(0)} MiB, peak ${peakRss.toFixed(0)} MiB, growth ${growth.toFixed(0)} MiB (at most 64)`)
console.log(`event loop delay p99: ${delayP99.toFixed(1)} ms`)
for (const line of [...broken, ...failures]) console.log(line)
process.exitCode = growth > 64 || broken.length > 0 || failures.length > 0 ? 1 : 0
