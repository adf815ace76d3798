import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { SourceWatcher } from '../../generator/cli/source-watcher.js'

test('a watcher that is closed while it begins keeps nobody waiting, and watches nothing more', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-watcher-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const seen: string[] = []
  const watcher = new SourceWatcher((event) => seen.push(event))
  const adding = watcher.add([join(folder, 'a.ts')], Date.now())
  await Promise.all([watcher.close(), adding])
  await watcher.add([join(folder, 'sub', 'b.ts')], Date.now())
  t.deepEqual(seen, [])
})
