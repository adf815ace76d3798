import { setTimeout as delay } from 'node:timers/promises'
import { ReplyBudget } from '../../runtime/stores/reply-budget.js'
import { timedTest } from '../helpers/timed-test.js'

const holdLoop = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const spent = (budget: ReplyBudget) =>
  new Promise<number>((resolve) => {
    const from = performance.now()
    budget.start(() => resolve(performance.now() - from))
  })

timedTest('is spent after some 20 ms of an idle loop', async (t) => {
  const budget = new ReplyBudget()
  const times: number[] = []
  for (let turn = 0; turn < 15; turn += 1) times.push(await spent(budget))
  const typical = times.sort((a, b) => a - b)[7] ?? 0
  t.true(typical >= 15 && typical < 400, `${typical} ms`)
})

timedTest('is not spent by a loop that is held up, but is not endless there either', async (t) => {
  const budget = new ReplyBudget()
  let over = false
  const wait = budget.start(() => {
    over = true
  })
  const turn = async (): Promise<void> => {
    holdLoop(20)
    await delay(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (let turns = 0; turns < 9; turns += 1) await turn()
  t.false(over)
  for (let turns = 0; turns < 30 && !over; turns += 1) await turn()
  t.true(over)
  t.false(wait.stop())
})

timedTest('ends once: stopped or spent, and not both', async (t) => {
  const budget = new ReplyBudget()
  let calls = 0
  const stopped = budget.start(() => {
    calls += 1
  })
  t.true(stopped.stop())
  t.false(stopped.stop())
  const lapsed = budget.start(() => {
    calls += 1
  })
  await spent(budget)
  t.is(calls, 1)
  t.false(lapsed.stop())
})

timedTest('serves thousands of waits, each with its own time', async (t) => {
  const budget = new ReplyBudget()
  const calls: number[] = []
  const waits = Array.from({ length: 5_000 }, (_, index) => budget.start(() => calls.push(index)))
  for (const [index, wait] of waits.entries()) if (index % 2 === 0) wait.stop()
  await delay(8)
  const late = budget.start(() => calls.push(-1))
  await spent(budget)
  t.is(calls.filter((index) => index >= 0).length, 2_500)
  t.true(calls.every((index) => index === -1 || index % 2 === 1))
  t.is(calls.indexOf(-1), 2_500)
  t.false(late.stop())
})

timedTest('keeps no timer when nothing is waited for', async (t) => {
  const budget = new ReplyBudget()
  budget.start(() => undefined).stop()
  await delay(20)
  t.deepEqual(
    process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout'),
    [],
  )
})
