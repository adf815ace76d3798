import { z } from 'zod'

/** What a policy does with what it would refuse: `enforce` refuses, `shadow` lets it pass, counts it and logs it. */
export type Mode = 'enforce' | 'shadow'

/** The `mode` option of a policy that refuses. */
export const mode = z.enum(['enforce', 'shadow']).default('enforce')

/** True for the settings of a policy in shadow mode, whose effects no caller can observe. */
export function isShadow(settings: unknown): boolean {
  return typeof settings === 'object' && settings !== null && 'mode' in settings && settings.mode === 'shadow'
}
