import { credentialHeader, type Effects, type SecurityEffect } from '../effects.js'
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

/** The credentials that a choice needs together. */
const credentialsOf = (choice: SecurityEffect): readonly SecurityEffect[] => [choice, ...(choice.with ?? [])]

/** True for two credentials that no request can bring: they are in one header, and no value is both. */
function exclude(one: SecurityEffect, other: SecurityEffect): boolean {
  const header = credentialHeader(one)
  if (header === undefined || header !== credentialHeader(other) || !one.takes || !other.takes) return false
  return !one.takes.some((a) => other.takes?.some((b) => a.startsWith(b) || b.startsWith(a)))
}

/** True for a choice that a request can satisfy. */
const isPossible = (choice: SecurityEffect): boolean =>
  credentialsOf(choice).every((one, index, all) => !all.slice(index + 1).some((other) => exclude(one, other)))

/** The first part of an `allOf` that no request can satisfy together with those before it, and the header that is at fault. */
export function findExcluded(parts: readonly ResolvedAuth[]): { readonly index: number; readonly header: string } | undefined {
  let choices: readonly SecurityEffect[] = []
  for (const [index, part] of parts.entries()) {
    choices = together(choices, part.effects('*').security ?? [])
    if (choices.length === 0 || choices.some(isPossible)) continue
    const credentials = credentialsOf(choices[0] as SecurityEffect)
    const excluded = credentials.find((one, at) => credentials.slice(0, at).some((other) => exclude(one, other)))
    return { index, header: credentialHeader(excluded as SecurityEffect) as string }
  }
  return undefined
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
    security: name === 'all-of' ? securities.reduce(together, []).filter(isPossible) : securities.flat(),
    anonymous: isOptional,
  }
}
