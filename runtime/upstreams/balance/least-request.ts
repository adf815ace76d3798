import type { Balancer, Target } from '../target.js'

/**
 * Power of two choices: of two different targets drawn at random, the one with fewer requests in flight over its
 * weight, counting the one about to be sent. `random` yields numbers from 0 up to 1.
 */
export function leastRequest(random: () => number): Balancer {
  return {
    pick(usable: readonly Target[]): Target | undefined {
      const count = usable.length
      if (count < 2) return usable[0]
      const first = Math.floor(random() * count)
      const drawn = Math.floor(random() * (count - 1))
      const a = usable[first] as Target
      const b = usable[drawn < first ? drawn : drawn + 1] as Target
      return (a.active + 1) * b.weight <= (b.active + 1) * a.weight ? a : b
    },
  }
}
