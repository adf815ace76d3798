import { setTimeout as wait } from 'node:timers/promises'
import { defineGateway, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import type { ChaosTable } from './chaos-row.js'
import { countdown, type LoadResult, runLoad } from './load.js'
import { RestartingTarget } from './restarting-target.js'

const MAX = 100
const QUEUE = 20
/** Those who ask the upstream that is well. */
const OTHERS = 4
/** Each of the two ways is measured so often, in turns, since the machine's speed changes. */
const SLICES = 9
/** Until those who come or leave at once have done so; milliseconds. */
const SETTLED_MS = 200

const middle = (values: readonly number[]) => values.toSorted((one, other) => one - other)[values.length >> 1] as number

function together(slices: readonly LoadResult[]): LoadResult {
  const sum = (of: (slice: LoadResult) => number) => slices.reduce((total, slice) => total + of(slice), 0)
  return {
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    statuses: new Map(),
    p50: middle(slices.map(({ p50 }) => p50)),
    p99: middle(slices.map(({ p99 }) => p99)),
  }
}

/** What those who ask another upstream notice of one that is at its cap. */
export const neighbours: ChaosTable = {
  title: 'Beside an upstream at its cap',
  about: `An upstream that answers nobody has \`bulkhead: { max: ${MAX}, queue: ${QUEUE} }\`, and ${MAX + QUEUE} requests fill it. The figures are those of ${OTHERS} clients of another upstream, the middle one of ${SLICES} slices in turns with it filled and empty.`,
  async *rows({ requests, wants }) {
    if (!wants('an upstream at its cap', 'bulkhead')) return
    const [slow, quick] = await Promise.all([new RestartingTarget().start(), new RestartingTarget().start()])
    slow.delay = 1_000_000
    const to = (name: string, url: string) => upstream(name, { targets: [url], bulkhead: { max: MAX, queue: QUEUE, wait: '10m' } })
    const gateway = testGateway(
      defineGateway({
        info: { title: 'Chaos', version: '1.0.0' },
        server: { overload: false },
        routes: {
          slow: route({ method: 'GET', path: '/slow', upstream: to('slow', slow.url) }),
          quick: route({ method: 'GET', path: '/quick', upstream: to('quick', quick.url) }),
        },
      }),
    )
    await gateway.start()
    const slice = () => runLoad(`${gateway.url}/quick`, OTHERS, countdown(5 * requests))
    const full = async () => (await fetch(`${gateway.url}/slow`)).status
    try {
      await slice()
      const [filled, empty]: [LoadResult[], LoadResult[]] = [[], []]
      const overflow: number[] = []
      for (let turn = 0; turn < SLICES; turn++) {
        empty.push(await slice())
        const leave = new AbortController()
        const waiting = Array.from({ length: MAX + QUEUE }, () =>
          fetch(`${gateway.url}/slow`, { signal: leave.signal }).catch(() => undefined),
        )
        await wait(SETTLED_MS)
        overflow.push(await full())
        filled.push(await slice())
        leave.abort()
        await Promise.all(waiting)
        await wait(SETTLED_MS)
      }
      const [alone, beside] = [together(empty), together(filled)]
      const figures = (ratio: number, refused: string) => ({ 'p99 to that without': ratio.toFixed(2), 'one more at the cap': refused })
      yield { fault: 'none', mechanism: 'bulkhead', result: alone, figures: figures(1, '–') }
      yield {
        fault: 'an upstream at its cap',
        mechanism: 'bulkhead',
        result: beside,
        figures: figures(beside.p99 / alone.p99, [...new Set(overflow)].join()),
      }
    } finally {
      await gateway.stop({ now: true })
      await Promise.all([slow.stop(true), quick.stop(true)])
    }
  },
}
