import type { Target } from '../target.js'

/** Draws one of the targets with a chance in proportion to its weight; `drawn` is left out. The list holds at least one other. */
export function draw(usable: readonly Target[], random: () => number, drawn?: Target): Target {
  let total = 0
  for (const target of usable) if (target !== drawn) total += target.weight
  let left = random() * total
  let last = usable[0] as Target
  for (const target of usable) {
    if (target === drawn) continue
    last = target
    left -= target.weight
    if (left < 0) break
  }
  return last
}

/** Draws one of the targets, `drawn` left out, all with the same chance. The list holds at least one other. */
export function drawEvenly(usable: readonly Target[], random: () => number, drawn?: Target): Target {
  if (drawn === undefined) return usable[Math.floor(random() * usable.length)] as Target
  const index = Math.floor(random() * (usable.length - 1))
  return usable[index < usable.indexOf(drawn) ? index : index + 1] as Target
}
