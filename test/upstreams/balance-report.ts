import { consistentHash } from '../../runtime/upstreams/balance/consistent-hash.js'
import { leastRequest } from '../../runtime/upstreams/balance/least-request.js'
import { peakEwma } from '../../runtime/upstreams/balance/peak-ewma.js'
import { randomChoice } from '../../runtime/upstreams/balance/random-choice.js'
import { roundRobin } from '../../runtime/upstreams/balance/round-robin.js'
import { weighted } from '../../runtime/upstreams/balance/weighted.js'
import type { Balancer, Target } from '../../runtime/upstreams/target.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { fakeTargets, seededRandom } from './fake-targets.js'

/** How one balancer shared out requests, and how many keys moved when one target of ten left. */
export interface BalanceRow {
  readonly balancer: string
  readonly weights: readonly number[]
  readonly counts: readonly number[]
  /** Largest distance of a target's count from its share, in percent of the share. */
  readonly worst: number
  /** Percent of keys that went elsewhere once one of ten targets had left; undefined for balancers without a key. */
  readonly moved: number | undefined
}

const REQUESTS = 10_000
const MS_PER_REQUEST = 1
const LATENCY_MS = 60

const clock = fakeClock()

const BALANCERS: Readonly<Record<string, () => Balancer>> = {
  'round-robin': roundRobin,
  weighted,
  random: () => randomChoice(seededRandom(3)),
  'least-request': () => leastRequest(seededRandom(5)),
  'peak-ewma': () => peakEwma(seededRandom(7), clock, 10_000),
  'consistent-hash': () => consistentHash(seededRandom(9), 1.25),
}

const subject = (index: number) => ({ affinity: `user-${index}` })

/** Sends requests, of which `inFlight` are always under way, and counts them by target. */
function share(balancer: Balancer, targets: readonly Target[], inFlight: number): number[] {
  const underWay: Target[] = []
  const counts = targets.map(() => 0)
  for (let index = 0; index < REQUESTS; index++) {
    const target = balancer.pick(targets, subject(index)) as Target
    counts[targets.indexOf(target)] = (counts[targets.indexOf(target)] as number) + 1
    target.active += 1
    underWay.push(target)
    if (underWay.length > inFlight) {
      const ended = underWay.shift() as Target
      ended.active -= 1
      balancer.report?.(ended, 'response', 200, LATENCY_MS)
    }
    clock.advance(MS_PER_REQUEST)
  }
  for (const target of underWay) target.active -= 1
  return counts
}

function movedKeys(balancer: Balancer): number {
  const ten = fakeTargets(Array(10).fill(1))
  const keys = Array.from({ length: REQUESTS }, (_, index) => subject(index))
  const before = keys.map((key) => balancer.pick(ten, key))
  const nine = ten.slice(1)
  return (100 * keys.filter((key, index) => balancer.pick(nine, key) !== before[index]).length) / REQUESTS
}

function row(name: string, weights: readonly number[]): BalanceRow {
  const create = BALANCERS[name] as () => Balancer
  // Where keys belong shows without load; what load moves, a bound of its own holds.
  const counts = share(create(), fakeTargets(weights), name === 'consistent-hash' ? 0 : LATENCY_MS / MS_PER_REQUEST)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const off = counts.map((count, index) => {
    const fair = (REQUESTS * (weights[index] as number)) / total
    return (100 * Math.abs(count - fair)) / fair
  })
  return { balancer: name, weights, counts, worst: Math.max(...off), moved: name === 'consistent-hash' ? movedKeys(create()) : undefined }
}

/** How each balancer shares out 10,000 requests, with equal weights and, where it heeds them, with others. */
export function balanceReport(): readonly BalanceRow[] {
  return Object.keys(BALANCERS).flatMap((name) => [
    row(name, [1, 1, 1, 1, 1]),
    ...(name === 'round-robin' || name === 'peak-ewma' ? [] : [row(name, [1, 2, 3])]),
  ])
}
