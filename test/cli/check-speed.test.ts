import test from 'ava'
import { createProject } from './create-project.js'
import { runInProcess } from './run-in-process.js'
import { writeManyRoutes } from './write-many-routes.js'

// The only test of this file, so that the processor time of the process is its own.
test('a thousand routes are checked in less than 3 seconds of processor time', async (t) => {
  const cwd = await createProject(t, {})
  await writeManyRoutes(cwd, 1_000)
  const before = process.cpuUsage()
  const { stdout } = await runInProcess(['check'], cwd)
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  t.is(stdout, '✓ gateway.config.ts: 1000 routes, 10 upstreams\n')
  t.log(`${seconds.toFixed(2)} s`)
  t.true(seconds < 3, `took ${seconds} s`)
})
