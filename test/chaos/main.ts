// Prints what each fault on one of two targets, or on the way from the clients, costs callers: `npm run chaos`.
import { defineGateway, route, type UpstreamOptions, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { type Fault, FaultProxy } from './fault-proxy.js'
import { type LoadResult, runLoad } from './load.js'
import { RestartingTarget } from './restarting-target.js'

const CLIENTS = 20
const REQUESTS = 400
/** Every so many pieces of what goes to the faulty place meet the fault. */
const EVERY = 4

const FAULTS: readonly Fault[] = ['none', 'latency', 'reset', 'slow close', 'bandwidth', 'black hole']

const MECHANISMS: Readonly<Record<string, Partial<UpstreamOptions>>> = {
  'retry: false': { retry: false },
  'by default': {},
  retry: { retry: { perTry: '250ms' } },
  hedge: { hedge: { after: '50ms' } },
  'retry and hedge': { retry: { perTry: '250ms' }, hedge: { after: '50ms' } },
}

interface Row extends LoadResult {
  /** Requests that reached a target, for each of the client's. */
  readonly attempts: number
}

/** Runs one load through a gateway whose first target, or whose own port, is behind a proxy with the fault. */
async function run(fault: Fault, place: 'target' | 'client', mechanism: Partial<UpstreamOptions>): Promise<Row> {
  const targets = await Promise.all([new RestartingTarget().start(), new RestartingTarget().start()])
  const urls = targets.map(({ url }) => url)
  const faulty = await FaultProxy.open(urls[0] as string)
  const up = upstream('up', {
    targets: [place === 'target' ? faulty.url : (urls[0] as string), urls[1] as string],
    timeouts: { headers: '1s', total: '3s' },
    ...mechanism,
  })
  const gateway = testGateway(
    defineGateway({
      info: { title: 'Chaos', version: '1.0.0' },
      server: { overload: false },
      routes: { get: route({ method: 'GET', path: '/', upstream: up }) },
    }),
  )
  await gateway.start()
  const entrance = await FaultProxy.open(gateway.url)
  const proxy = place === 'target' ? faulty : entrance
  await runLoad(gateway.url, CLIENTS, countdown(100))
  const before = targets.reduce((sum, { requests }) => sum + requests, 0)
  proxy.every = EVERY
  proxy.fault = fault
  const result = await runLoad(place === 'target' ? gateway.url : entrance.url, CLIENTS, countdown(REQUESTS))
  const reached = targets.reduce((sum, { requests }) => sum + requests, 0) - before
  await gateway.stop({ now: true })
  await Promise.all([faulty.close(), entrance.close(), ...targets.map((target) => target.stop(true))])
  return { ...result, attempts: reached / result.requests }
}

function countdown(count: number): () => boolean {
  let left = count
  return () => left-- > 0
}

const rows: object[] = []
const add = (fault: string, place: string, mechanism: string, { failed, p50, p99, attempts }: Row) =>
  rows.push({
    fault,
    place,
    mechanism,
    failed,
    'p50, ms': Math.round(p50),
    'p99, ms': Math.round(p99),
    'attempts per request': attempts.toFixed(2),
  })

for (const fault of FAULTS)
  for (const [name, mechanism] of Object.entries(MECHANISMS)) add(fault, 'one of two targets', name, await run(fault, 'target', mechanism))
for (const fault of FAULTS.filter((one) => one === 'reset' || one === 'latency'))
  add(fault, 'the clients’ connections', 'by default', await run(fault, 'client', {}))

console.log(`${REQUESTS} GET requests of ${CLIENTS} clients; every ${EVERY}th piece that goes to the faulty place meets the fault`)
console.table(rows)
