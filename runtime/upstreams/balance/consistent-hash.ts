import type { Balancer, ChoiceSubject, Target } from '../target.js'
import { hashText, mixBits } from './hash-text.js'
import { leastRequest } from './least-request.js'

const TWO_32 = 4_294_967_296

/**
 * Rendezvous hashing (Thaler and Ravishankar 1998) with weights, by the requests' key and the targets' URLs: every process
 * sends one key to one target, and only the keys of a target that leaves move. With `factor`, loads are bounded (Mirrokni,
 * Thorup and Zadimoghaddam 2018): a target with more than `factor` times its share of the requests in flight passes new ones on
 * to the key's next choice. Requests without a key go where `leastRequest` sends them.
 */
export function consistentHash(random: () => number, factor: number | false): Balancer {
  const unkeyed = leastRequest(random)
  const hashes = new Map<Target, number>()
  const hashOf = (target: Target) => {
    const known = hashes.get(target)
    if (known !== undefined) return known
    const hash = hashText(target.url)
    hashes.set(target, hash)
    return hash
  }
  return {
    pick(usable: readonly Target[], subject?: ChoiceSubject): Target | undefined {
      const key = subject?.affinity
      if (usable.length < 2) return usable[0]
      if (key === undefined || key === '') return unkeyed.pick(usable)
      const slots = factor === false ? Number.POSITIVE_INFINITY : slotsPerWeight(usable, factor)
      const keyHash = hashText(key)
      let best: Target | undefined
      let least = Number.POSITIVE_INFINITY
      for (const target of usable) {
        if (target.active >= Math.ceil(slots * target.weight)) continue
        // An exponential variable of rate `weight`: the least of several is each one's with a chance in proportion to its weight.
        const hash = hashOf(target)
        const score = -Math.log((mixBits(mixBits(keyHash ^ hash) ^ hash) + 0.5) / TWO_32) / target.weight
        if (score >= least) continue
        least = score
        best = target
      }
      return best
    },
    retain(members: ReadonlySet<Target>): void {
      for (const target of hashes.keys()) if (!members.has(target)) hashes.delete(target)
    },
  }
}

/** How many requests in flight, the new one counted, a target may have for each unit of its weight. */
function slotsPerWeight(usable: readonly Target[], factor: number): number {
  let active = 1
  let weight = 0
  for (const target of usable) {
    active += target.active
    weight += target.weight
  }
  return (active * factor) / weight
}
