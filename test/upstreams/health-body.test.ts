import test from 'ava'
import { z } from 'zod'
import { openPool, startTargets } from './open-pool.js'
import type { ScriptedTarget } from './scripted-target.js'

const body = z.object({ status: z.literal('ok') })

const rows: [name: string, text: string, healthy: boolean, status?: number][] = [
  ['a body that matches', '{"status":"ok","more":1}', true],
  ['another value', '{"status":"starting"}', false],
  ['no JSON', 'ok', false],
  ['nothing', '', false],
  ['more than 64 KiB', JSON.stringify({ status: 'ok', more: 'x'.repeat(70_000) }), false],
  ['a body that matches, with a status that is none of `statuses`', '{"status":"ok"}', false, 503],
]
for (const [name, text, healthy, status = 200] of rows)
  test(`C-15 the answer’s body decides too: ${name}`, async (t) => {
    const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
    target.behaviour = (_req, res) => res.writeHead(status).end(text)
    const { pool } = openPool(t, { targets: [target.url], health: { path: '/', interval: '10m', body } })
    await pool.warm()
    t.is(pool.pick()?.url, healthy ? target.url : undefined)
  })

test('a body that does not end in time is a failure', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = (_req, res) => res.writeHead(200).write('{"status":')
  const { pool } = openPool(t, { targets: [target.url], health: { path: '/', interval: '10m', timeout: '200ms', body } })
  await pool.warm()
  t.is(pool.pick(), undefined)
})

test('a schema that throws is a failure, and ends nothing', async (t) => {
  const [target] = (await startTargets(t, 1)) as [ScriptedTarget]
  target.behaviour = (_req, res) => res.end('{}')
  const throwing = z.unknown().refine(() => {
    throw new Error('no')
  })
  const { pool } = openPool(t, { targets: [target.url], health: { path: '/', interval: '10m', body: throwing } })
  await pool.warm()
  t.is(pool.pick(), undefined)
})
