import test from 'ava'
import { CLIENT_BUDGET, measureClient } from '../../../bench/client-size.js'

test('a client costs no more than its budget, and one operation comes without the other 499', async (t) => {
  const { runtime, operation, single } = await measureClient()
  t.true(runtime <= CLIENT_BUDGET.runtime, `runtime: ${runtime} B`)
  t.true(operation <= CLIENT_BUDGET.operation, `operation: ${operation} B`)
  t.true(single <= runtime + 512, `single: ${single} B`)
})
