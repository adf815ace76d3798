import type { Balancer, Target } from '../target.js'
import { draw } from './draw.js'

/**
 * Power of two choices: of two different targets, drawn in proportion to their weights, the one with fewer requests in
 * flight over its weight; the first drawn, where both have as many. `random` yields numbers from 0 up to 1.
 */
export function leastRequest(random: () => number): Balancer {
  return {
    pick(usable: readonly Target[]): Target | undefined {
      if (usable.length < 2) return usable[0]
      const a = draw(usable, random)
      const b = draw(usable, random, a)
      return a.active * b.weight <= b.active * a.weight ? a : b
    },
  }
}
