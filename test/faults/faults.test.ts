import test from 'ava'
import { runFaults } from './faults.js'

test.serial('500 connections with random faults on both sides leave nothing behind', async (t) => {
  const { descriptors, failures, hanging, inFlight, lost, upstreamSockets, wronged } = await runFaults({ connections: 500, seed: 20 })
  t.deepEqual({ failures, hanging, lost, wronged }, { failures: [], hanging: [], lost: [], wronged: [] })
  t.deepEqual({ inFlight, upstreamSockets }, { inFlight: 0, upstreamSockets: 0 })
  t.true(descriptors.after <= descriptors.before, `${descriptors.before} file descriptors before, ${descriptors.after} after`)
})
