import { z } from 'zod'
import { Problem } from '../../sdk/index.js'
import type { Metrics } from '../observe/metrics.js'
import type { GatewayRollouts, RolloutInspection } from '../types.js'
import type { RolloutState } from './rollout-state.js'

const canarySetting = z.union([
  z.strictObject({ percent: z.number().min(0).max(100) }),
  z.strictObject({ state: z.literal('stable') }).transform(() => ({ percent: 0 })),
])
const blueGreenSetting = z
  .strictObject({ active: z.enum(['blue', 'green']) })
  .transform(({ active }) => ({ percent: active === 'green' ? 100 : 0 }))

function inspect({ settings, percent, cause: setBy, counts }: RolloutState): RolloutInspection {
  const { kind, name } = settings
  const [first, second] = settings.sides.map((side) => side.name) as [string, string]
  if (kind === 'blue-green') return { name, kind, blue: first, green: second, active: percent === 100 ? 'green' : 'blue', setBy }
  return { name, kind, stable: first, canary: second, percent, setBy, ...counts }
}

/** The rollouts of a gateway in an operator's hands. */
export class RolloutControl implements GatewayRollouts {
  readonly #rollouts: () => readonly RolloutState[]

  /** `rollouts` are those in use at the moment. */
  constructor(rollouts: () => readonly RolloutState[]) {
    this.#rollouts = rollouts
  }

  /** Every rollout, in the order of the config. */
  list(): RolloutInspection[] {
    return this.#rollouts().map(inspect)
  }

  /**
   * Sets a canary’s share, or the active side.
   * @throws Problem INVALID_REQUEST for another form, NOT_FOUND where there is no such rollout
   */
  set(name: string, given: unknown): void {
    const rollout = this.#rollouts().find(({ settings }) => settings.name === name)
    if (!rollout) throw new Problem('NOT_FOUND', { detail: `There is no rollout "${name}".` })
    const read = (rollout.settings.kind === 'canary' ? canarySetting : blueGreenSetting).safeParse(given)
    if (!read.success) throw new Problem('INVALID_REQUEST', { detail: `This sets nothing of a ${rollout.settings.kind} rollout.` })
    rollout.set(read.data.percent)
  }

  /** Declares the gauge of the shares. */
  observe(metrics: Metrics): void {
    metrics.gauge('gatewright_rollout_percent', 'Share of the keys on a rollout’s second side: `canary` or `green`.', () =>
      this.#rollouts().map(({ settings, percent }) => ({ labels: { rollout: settings.name }, value: percent })),
    )
  }
}
