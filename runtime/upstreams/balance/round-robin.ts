import type { Balancer, Target } from '../target.js'

/** Takes each usable target in turn; weights play no part. */
export function roundRobin(): Balancer {
  let next = 0
  return {
    pick(usable: readonly Target[]): Target | undefined {
      // The list shrinks and grows with health, so the turn is brought back into it first.
      if (next >= usable.length) next = 0
      return usable[next++]
    },
  }
}
