import test from 'ava'
import { LeaseLine } from '../../runtime/concurrency/lease-line.js'
import type { Lease } from '../../runtime/stores/lease-store.js'

/** A line whose questions the test answers. */
function askedLine(askMs?: number) {
  const questions: { answer: (lease: Lease | undefined) => void; fail: (cause: unknown) => void }[] = []
  let tell = () => {}
  const line = new LeaseLine(
    () =>
      new Promise((answer, fail) => {
        questions.push({ answer, fail })
        tell()
      }),
    askMs,
  )
  const next = async () => {
    while (questions.length === 0) await new Promise<void>((resolve) => (tell = resolve))
    return questions.shift() as (typeof questions)[number]
  }
  return { line, next, questions }
}

const lease = (name: string, log: string[]): Lease => ({ release: () => void log.push(`${name} back`) })
const waiter = (name: string, log: string[]) => ({
  admit: () => void log.push(`${name} in`),
  fail: () => void log.push(`${name} failed`),
})

test('slots go to who waits longest; who left is passed over; a full line takes nobody', async (t) => {
  const { line, next } = askedLine()
  const log: string[] = []
  line.wait('a', 3, waiter('first', log))
  const leave = line.wait('a', 3, waiter('second', log))
  line.wait('a', 3, waiter('third', log))
  t.is(line.wait('a', 3, waiter('fourth', log)), undefined)
  t.true(line.isLong('a'))
  t.false(line.isLong('b'))
  const question = await next()
  question.answer(lease('one', log))
  const another = await next()
  leave?.()
  another.answer(lease('two', log))
  await new Promise(setImmediate)
  t.deepEqual(log, ['first in', 'third in'])
  t.false(line.isLong('a'))
})

test('it asks again while all slots are taken', async (t) => {
  const { line, next } = askedLine(1)
  const log: string[] = []
  line.wait('a', 1, waiter('first', log))
  for (const given of [undefined, undefined, lease('one', log)]) {
    const question = await next()
    question.answer(given)
  }
  await new Promise(setImmediate)
  t.deepEqual(log, ['first in'])
})

test('it asks at once when a slot is given back here', async (t) => {
  const { line, next, questions } = askedLine(600_000)
  const log: string[] = []
  line.wait('a', 1, waiter('first', log))
  line.wake('a')
  const refused = await next()
  refused.answer(undefined)
  await new Promise(setImmediate)
  t.is(questions.length, 0)
  line.wake('a')
  const woken = await next()
  woken.answer(lease('one', log))
  await new Promise(setImmediate)
  t.deepEqual(log, ['first in'])
})

test('a slot that arrives when all have left goes back, and the next to wait is served', async (t) => {
  const { line, next } = askedLine()
  const log: string[] = []
  const leave = line.wait('a', 1, waiter('first', log))
  const question = await next()
  leave?.()
  question.answer(lease('one', log))
  await new Promise(setImmediate)
  t.deepEqual(log, ['one back'])
  line.wait('a', 1, waiter('second', log))
  const another = await next()
  another.answer(lease('two', log))
  await new Promise(setImmediate)
  t.deepEqual(log, ['one back', 'second in'])
})

test('all who wait hear of a failure; who comes after it is served', async (t) => {
  const { line, next } = askedLine()
  const log: string[] = []
  line.wait('a', 2, waiter('first', log))
  line.wait('a', 2, waiter('second', log))
  const failing = await next()
  failing.fail(new Error('offline'))
  await new Promise(setImmediate)
  t.deepEqual(log, ['first failed', 'second failed'])
  line.wait('a', 2, waiter('third', log))
  const question = await next()
  question.answer(lease('one', log))
  await new Promise(setImmediate)
  t.is(log.at(-1), 'third in')
})
