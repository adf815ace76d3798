import type { Balancer, Target } from '../target.js'
import { draw } from './draw.js'

/** Draws a target for each request, with a chance in proportion to its weight. */
export function randomChoice(random: () => number): Balancer {
  return {
    pick: (usable: readonly Target[]) => (usable.length < 2 ? usable[0] : draw(usable, random)),
  }
}
