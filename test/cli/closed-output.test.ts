import test from 'ava'
import { createProject } from './create-project.js'
import { startGatewright } from './run-gatewright.js'

test('a reader who has seen enough ends the command without a fault', async (t) => {
  const cwd = await createProject(t, {})
  const cli = startGatewright(t, ['--help'], { cwd })
  cli.child.stdout?.destroy()
  t.is(await cli.exit, 0)
  t.is(cli.stderr(), '')
})
