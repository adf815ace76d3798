import type { Balancer, Target } from '../target.js'

/**
 * Smooth weighted round-robin: in every cycle of as many picks as the weights add up to, each target is picked
 * exactly as often as its weight says, spread out instead of in a row.
 */
export function weighted(): Balancer {
  const credit = new Map<Target, number>()
  return {
    pick(usable: readonly Target[]): Target | undefined {
      let total = 0
      let best: Target | undefined
      let most = Number.NEGATIVE_INFINITY
      for (const target of usable) {
        total += target.weight
        const earned = (credit.get(target) ?? 0) + target.weight
        credit.set(target, earned)
        if (earned <= most) continue
        most = earned
        best = target
      }
      if (best) credit.set(best, most - total)
      return best
    },
    retain(members: ReadonlySet<Target>): void {
      for (const target of credit.keys()) if (!members.has(target)) credit.delete(target)
    },
  }
}
