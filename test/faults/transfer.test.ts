import test from 'ava'
import { runTransfer } from './transfer.js'

test.serial('ten parallel transfers of 64 MiB arrive whole, and the gateway’s memory grows by 64 MiB at most', async (t) => {
  const { broken, failures, idleRss, peakRss, seconds } = await runTransfer({ size: 64 * 1_048_576, rate: 30_000_000 })
  t.deepEqual(broken, [])
  t.deepEqual(failures, [])
  t.log(`idle ${idleRss.toFixed(0)} MiB, peak ${peakRss.toFixed(0)} MiB, ${seconds.toFixed(1)} s`)
  t.true(peakRss - idleRss <= 64, `grew from ${idleRss} to ${peakRss} MiB`)
})
