import { Problem } from '../../sdk/index.js'
import type { LoadSheddingSettings } from '../../sdk/policies/load-shedding.js'
import { EventLoopLoad } from '../edge/event-loop-load.js'
import type { CompilePolicy } from './compiler.js'
import { spread } from './spread.js'

const within = (share: number) => Math.min(1, Math.max(0, share))

/**
 * The part of the requests to refuse at some delay of the event loop: `sheddable` rises to all of them by the middle between the bounds,
 * `normal` from there to the upper one, `critical` from twice to three times that.
 */
export function shareToShed({ criticality, from, full }: LoadSheddingSettings, delay: number): number {
  if (criticality === 'critical') return within(delay / full - 2)
  const position = (2 * (delay - from)) / (full - from)
  return within(criticality === 'sheddable' ? position : position - 1)
}

/** Compiles `loadShedding`; all of them read one measurement. */
export const compileLoadShedding: CompilePolicy<'load-shedding'> = (settings, { services: { keep } }) => {
  const load = keep('load', () => new EventLoopLoad().start())
  const picked = spread()
  return {
    request() {
      if (load.utilisation < settings.utilisation) return
      const share = shareToShed(settings, load.delay)
      if (share > 0 && picked(share)) throw new Problem('OVERLOADED', { headers: ['Retry-After', '1'] })
    },
  }
}
