import type { Effects, SecurityEffect } from '../effects.js'
import type { AllOfSettings } from '../policies/all-of.js'
import type { AnyOfSettings } from '../policies/any-of.js'
import type { OptionalSettings } from '../policies/optional.js'
import type { ResolvedAuth, ResolvedPolicy } from '../resolved.js'

/** What an auth combines, by where it is in the call; empty for one that stands for itself. */
export function partsOf({ name, settings }: ResolvedPolicy): readonly (readonly [string | number, unknown])[] {
  if (name === 'any-of') return (settings as AnyOfSettings).auths.map((part, index) => [index, part])
  if (name === 'all-of') return Object.entries((settings as AllOfSettings).auths)
  return name === 'optional' ? [[0, (settings as OptionalSettings).auth]] : []
}

/** Every choice of one alternative of `left` together with one of `right`. */
function together(left: readonly SecurityEffect[], right: readonly SecurityEffect[]): readonly SecurityEffect[] {
  if (left.length === 0) return right
  if (right.length === 0) return left
  return left.flatMap((one) => right.map((other) => ({ ...one, with: [...(one.with ?? []), other, ...(other.with ?? [])] })))
}

/** What callers can observe of an auth that combines `parts`. */
export function combineEffects(name: string, parts: readonly ResolvedAuth[], method: string): Effects {
  const effects = parts.map((part) => part.effects(method))
  const isOptional = name === 'optional'
  const problems = new Set(effects.flatMap((one) => one.problems ?? []))
  // Who brings nothing passes, and who brings something else than a credential brings one that does not hold.
  if (isOptional) problems.delete('UNAUTHENTICATED')
  const securities = effects.map(({ security }) => security ?? [])
  return {
    problems: [...problems],
    headers: effects.flatMap(({ headers }) => headers ?? []),
    requestHeaders: effects.flatMap(({ requestHeaders }) => requestHeaders ?? []),
    security: name === 'all-of' ? securities.reduce(together, []) : securities.flat(),
    anonymous: isOptional,
  }
}
