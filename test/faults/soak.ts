import { setTimeout as wait } from 'node:timers/promises'
import { ChildGateway } from './child-gateway.js'
import { attack, burst, settles } from './faults.js'
import { FaultyUpstream } from './faulty-upstream.js'

/** How long a run takes, and how often it is looked at. */
export interface SoakOptions {
  readonly minutes: number
  /** Looks at the gateway, at even times, after one that comes before everything. */
  readonly samples: number
  readonly seed: number
}

/** What the gateway holds when nothing is under way. */
export interface SoakSample {
  readonly minute: number
  readonly heapMiB: number
  readonly descriptors: number
  readonly resources: number
}

/** What a run found. */
export interface SoakResult {
  readonly connections: number
  /** The first is taken after a warm-up. */
  readonly samples: readonly SoakSample[]
  /** Errors that nobody caught, warnings, clients that were wronged or left hanging, and ordinary requests that failed. */
  readonly failures: readonly string[]
}

const BATCH = 200

/** MiB in ten minutes by which the heap grows, by least squares. */
export function heapSlope(samples: readonly SoakSample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const minute = mean(samples.map((sample) => sample.minute))
  const heap = mean(samples.map((sample) => sample.heapMiB))
  const spread = mean(samples.map((sample) => (sample.minute - minute) ** 2))
  return (10 * mean(samples.map((sample) => (sample.minute - minute) * (sample.heapMiB - heap)))) / spread
}

/** The largest difference between two samples. */
export function spreadOf(samples: readonly SoakSample[], what: 'descriptors' | 'resources'): number {
  const values = samples.map((sample) => sample[what])
  return Math.max(...values) - Math.min(...values)
}

/** Mixed load with faults on both sides and a reload for each sample; what the gateway holds in between must not grow. */
export async function runSoak({ minutes, samples, seed }: SoakOptions, onSample?: (sample: SoakSample) => void): Promise<SoakResult> {
  const upstream = new FaultyUpstream()
  const gateway = await ChildGateway.start(await upstream.listen(), '3s')
  const failures: string[] = []
  const taken: SoakSample[] = []
  let connections = 0
  const load = async () => {
    const { wronged, hanging } = await attack(gateway, { connections: BATCH, seed: seed + connections })
    connections += BATCH
    failures.push(...wronged, ...hanging, ...(await burst(gateway)))
  }
  const began = performance.now()
  const minutesPassed = () => (performance.now() - began) / 60_000
  const sample = async () => {
    await settles(async () => (await gateway.inFlight()) === 0 && upstream.sockets.size === 0)
    await wait(500)
    const { heapMiB, resources } = await gateway.report()
    taken.push({ minute: minutesPassed(), heapMiB, descriptors: gateway.descriptors(), resources })
    onSample?.(taken.at(-1) as SoakSample)
  }
  try {
    await load()
    await sample()
    for (let round = 1; round <= samples; round++) {
      await gateway.reload()
      do await load()
      while (minutesPassed() < (minutes * round) / samples)
      await sample()
    }
    return { connections, samples: taken, failures: [...failures, ...(await gateway.report()).failures] }
  } finally {
    await gateway.stop()
    upstream.close()
  }
}
