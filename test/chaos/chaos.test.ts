import test from 'ava'
import { redisMissing } from '../helpers/redis-server.js'
import type { ChaosRow, ChaosTable } from './chaos-row.js'
import { clientLink } from './client-rows.js'
import { redisLink } from './redis-rows.js'
import { isShort } from './short-form.js'
import { illTargets, upstreamLink } from './upstream-rows.js'

/** Runs the short form of a table; gives its rows by fault and mechanism. */
async function run(table: ChaosTable, requests: number): Promise<(fault: string, mechanism: string) => ChaosRow> {
  const rows: ChaosRow[] = []
  for await (const row of table.rows({ requests, wants: isShort })) rows.push(row)
  return (fault, mechanism) => {
    const found = rows.find((row) => row.fault === fault && row.mechanism.includes(mechanism))
    if (!found) throw new Error(`no row ${fault}, ${mechanism}`)
    return found
  }
}
const attempts = ({ figures }: ChaosRow) => Number(figures['attempts per request'])

test.serial('connections that are reset cost idempotent requests next to nothing, and many without any retry', async (t) => {
  const row = await run(upstreamLink, 150)
  const [none, usual] = [row('reset', 'nothing').result.failed, row('reset', 'defaults').result.failed]
  t.true(none >= 5 && usual < none / 2, `${none} failed without, ${usual} with`)
})

test.serial('C-18: a target that always answers 503 costs at most 1.2 attempts per request, and next to no failures', async (t) => {
  const row = await run(illTargets, 300)
  const [none, both] = [row('one target always answers 503', 'nothing'), row('one target always answers 503', 'retry and ejection')]
  t.true(none.result.failed > 100, `${none.result.failed}`)
  t.true(both.result.failed < none.result.failed / 4, `${both.result.failed} of ${none.result.failed}`)
  t.true(attempts(both) <= 1.2, `${attempts(both)}`)
  t.true(attempts(row('every target always answers 503', 'retry without a budget')) > 3)
  t.true(attempts(row('every target always answers 503', 'retry and breaker')) <= 1.2)
  const { statuses } = row('every target is slow', 'breaker').result
  t.true((statuses.get(503) ?? 0) > 100, 'most are refused at once')
})

const missing = redisMissing('any')
const redisTest = missing === undefined ? test.serial : test.serial.skip
redisTest('a Redis that swallows all costs what `onStoreFailure` says: nothing, an answer, or a limit for each process', async (t) => {
  const row = await run(redisLink, 100)
  t.is(row('black hole', 'open').figures[200], 100)
  t.is(row('black hole', 'closed').figures[503], 100)
  t.is(row('black hole', 'local').figures[503], 0)
  t.is(row('black hole', 'local').figures[200], 60)
})

test.serial('clients that are cut off in the middle cost others no request, and leave nothing behind', async (t) => {
  const row = await run(clientLink, 100)
  for (const way of ['downloads', 'uploads']) {
    t.is(row('cut', way).result.failed, 0)
    t.is(row('cut', way).figures['left in flight'], 0)
  }
})
