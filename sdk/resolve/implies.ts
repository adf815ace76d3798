import type { ResolvedCondition, ResolvedMatch } from '../resolved.js'

const sameText = (a: RegExp | undefined, b: RegExp | undefined) => a?.source === b?.source && a?.flags === b?.flags

function sameCondition(a: ResolvedCondition, b: ResolvedCondition): boolean {
  return (
    a.equals === b.equals &&
    a.prefix === b.prefix &&
    a.present === b.present &&
    sameText(a.pattern, b.pattern) &&
    sameText(a.orWithout, b.orWithout)
  )
}

/** True if whatever meets `narrow` also meets `wide`, as far as it can be told. */
function conditionImplies(narrow: ResolvedCondition, wide: ResolvedCondition): boolean {
  if (narrow.source !== wide.source || narrow.name !== wide.name) return false
  if (sameCondition(narrow, wide)) return true
  if (narrow.present === false || narrow.orWithout) return false
  if (wide.present !== undefined) return wide.present
  const { equals, prefix } = narrow
  if (equals !== undefined) return equals === wide.equals || (wide.pattern?.test(equals) ?? startsWith(equals, wide.prefix))
  return prefix !== undefined && startsWith(prefix, wide.prefix)
}

const startsWith = (text: string, prefix: string | undefined) => prefix !== undefined && text.startsWith(prefix)

function hostImplies(narrow: string | undefined, wide: string | undefined): boolean {
  if (wide === undefined || narrow === wide) return true
  if (narrow === undefined || !wide.startsWith('*.') || narrow.startsWith('*.')) return false
  return narrow.slice(narrow.indexOf('.')) === wide.slice(1)
}

/** True if every request that meets `narrow` also meets `wide`, as far as it can be told; no conditions are met by all. */
export function matchImplies(narrow: ResolvedMatch | undefined, wide: ResolvedMatch | undefined): boolean {
  if (!wide) return true
  if (!hostImplies(narrow?.host, wide.host)) return false
  const own = narrow?.conditions ?? []
  return wide.conditions.every((condition) => own.some((other) => conditionImplies(other, condition)))
}
