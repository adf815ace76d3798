import type { Contender } from './contender.js'
import type { Loader } from './load.js'
import { median } from './median.js'
import type { BenchOptions } from './options.js'
import { cpuSeconds, residentMb } from './processes.js'

/** Some seconds of load on one contender. */
interface Slice {
  /** CPU of the whole process tree per completed request, in microseconds. */
  readonly cpuMicros: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p99: number
  /** After the slice. */
  readonly residentMb: number
}

/** A contender's medians over its slices. */
export interface Outcome extends Slice {
  readonly contender: Contender
  /** Median of this contender's CPU over the base's in the slices right before and after; undefined without a base. */
  readonly ratio: number | undefined
  /** The same of what was completed per second. */
  readonly speedRatio: number | undefined
}

/** Each a second long. */
const MOST_WARM_UPS = 10
/** A body of 1 MiB costs as much as some of the other requests. */
const BODY_WEIGHT = 20

async function warmUp({ target }: Contender, load: Loader, { warmRequests }: BenchOptions): Promise<void> {
  const enough = warmRequests / (target.row.kind === 'bodies' ? BODY_WEIGHT : 1)
  let completed = 0
  for (let turn = 0; turn < MOST_WARM_UPS && completed < enough; turn += 1) completed += (await load(target, 1)).requests
}

/** Nothing completed in a slice may be the machine's doing, but not several times in a row. */
const MOST_TRIES = 3

async function runSlice({ peer, pid, target }: Contender, load: Loader, seconds: number): Promise<Slice> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
    const before = cpuSeconds(pid)
    const { requests, failures, seconds: took, p99 } = await load(target, seconds)
    const cpu = cpuSeconds(pid) - before
    if (failures > 0) throw new Error(`${peer.name} on "${target.row.name}": ${failures} failed, ${requests} did not`)
    if (requests > 0) return { cpuMicros: (cpu / requests) * 1e6, perSecond: requests / took, p99, residentMb: residentMb(pid) }
  }
  throw new Error(`${peer.name} on "${target.row.name}": nothing was completed in ${MOST_TRIES} times ${seconds} s`)
}

function summarise(contender: Contender, slices: readonly Slice[], ratios: readonly Slice[] | undefined): Outcome {
  const middle = (key: keyof Slice) => median(slices.map((slice) => slice[key]))
  return {
    contender,
    ratio: ratios && median(ratios.map(({ cpuMicros }) => cpuMicros)),
    speedRatio: ratios && median(ratios.map(({ perSecond }) => perSecond)),
    cpuMicros: middle('cpuMicros'),
    perSecond: middle('perSecond'),
    p99: middle('p99'),
    residentMb: Math.max(...slices.map((slice) => slice.residentMb)),
  }
}

/** A slice in terms of the mean of its two neighbours. */
function relative(slice: Slice, before: Slice, after: Slice): Slice {
  const of = (key: keyof Slice) => (2 * slice[key]) / (before[key] + after[key])
  return { cpuMicros: of('cpuMicros'), perSecond: of('perSecond'), p99: of('p99'), residentMb: of('residentMb') }
}

/**
 * Warms all contenders up, then loads them in turn, with a slice of the base before and after each of the others: the
 * machine's speed drifts within seconds, so that only neighbours compare.
 */
export async function runSlices(
  base: Contender | undefined,
  others: readonly Contender[],
  load: Loader,
  options: BenchOptions,
): Promise<Outcome[]> {
  for (const contender of [...(base ? [base] : []), ...others]) await warmUp(contender, load, options)
  const baseSlices = base ? [await runSlice(base, load, options.seconds)] : []
  const slices = others.map((): Slice[] => [])
  const ratios = others.map((): Slice[] => [])
  for (let round = 0; round < options.rounds; round += 1)
    for (const [index, contender] of others.entries()) {
      const slice = await runSlice(contender, load, options.seconds)
      slices[index]?.push(slice)
      if (!base) continue
      const after = await runSlice(base, load, options.seconds)
      ratios[index]?.push(relative(slice, baseSlices.at(-1) as Slice, after))
      baseSlices.push(after)
    }
  const rest = others.map((contender, index) => summarise(contender, slices[index] ?? [], base && ratios[index]))
  return base ? [{ ...summarise(base, baseSlices, undefined), ratio: 1, speedRatio: 1 }, ...rest] : rest
}

/** The medians over several runs, each with processes of its own. */
export function mergeOutcomes(runs: readonly (readonly Outcome[])[]): Outcome[] {
  const [first = []] = runs
  return first.map((outcome, index) => {
    const same = runs.map((run) => run[index] as Outcome)
    const middle = (key: 'cpuMicros' | 'perSecond' | 'p99' | 'residentMb') => median(same.map((one) => one[key]))
    const ratio = (key: 'ratio' | 'speedRatio') =>
      outcome[key] === undefined ? undefined : median(same.map((one) => one[key] ?? Number.NaN))
    return {
      contender: outcome.contender,
      ratio: ratio('ratio'),
      speedRatio: ratio('speedRatio'),
      cpuMicros: middle('cpuMicros'),
      perSecond: middle('perSecond'),
      p99: middle('p99'),
      residentMb: middle('residentMb'),
    }
  })
}
