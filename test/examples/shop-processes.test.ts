import test, { type ExecutionContext } from 'ava'
import { type Ending, Processes, type ProcessPlan } from '../../examples/shop/processes.js'
import { freePort } from '../helpers/free-ports.js'

const SHOP = new URL('../../examples/shop/', import.meta.url)

async function orders(name = 'orders'): Promise<ProcessPlan> {
  const port = await freePort()
  return {
    name,
    script: new URL('services/orders.ts', SHOP),
    env: { PORT: String(port) },
    ready: `http://127.0.0.1:${port}/healthz`,
  }
}

function family(t: ExecutionContext) {
  let mourn: (ending: Ending) => void = () => undefined
  const death = new Promise<Ending>((resolve) => {
    mourn = resolve
  })
  const deaths: Ending[] = []
  const processes = new Processes((ending) => {
    deaths.push(ending)
    mourn(ending)
  })
  t.teardown(() => processes.stop())
  return { processes, deaths, death }
}

test('a process counts as started when it answers, and can be ended and started again without being mourned', async (t) => {
  const { processes, deaths } = family(t)
  const plan = await orders()
  await processes.start(plan)
  t.is((await fetch(plan.ready)).status, 200)
  await processes.end('orders')
  await t.throwsAsync(fetch(plan.ready))
  await processes.start(plan)
  t.is((await fetch(plan.ready)).status, 200)
  await processes.stop()
  await t.throwsAsync(fetch(plan.ready))
  t.deepEqual(deaths, [])
})

test('a process that ends before it is ready rejects with its last words', async (t) => {
  const { processes } = family(t)
  const first = await orders('first')
  await processes.start(first)
  await t.throwsAsync(processes.start({ ...first, name: 'second', ready: 'http://127.0.0.1:1/' }), {
    message: /^second ended with code 1 before it was ready\n.*EADDRINUSE/s,
  })
})

test('a process that somebody else kills is reported by name, pid and signal', async (t) => {
  const { processes, death } = family(t)
  await processes.start(await orders())
  const [{ name, pid }] = processes.list() as [{ name: string; pid: number }]
  t.is(name, 'orders')
  process.kill(pid, 'SIGKILL')
  t.like(await death, { name: 'orders', pid, how: 'signal SIGKILL' })
})

test('once stopped, nothing is started any more', async (t) => {
  const { processes } = family(t)
  await processes.stop()
  await t.throwsAsync(processes.start(await orders()), { message: /the shop is closing/ })
})
