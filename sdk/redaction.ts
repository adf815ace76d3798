import { isSecret } from './resolve/keys-at.js'
import { definitionOf, mayBeAbsent } from './schemas/definition.js'
import { parseWith } from './schemas/values.js'
import type { Schema } from './types.js'

/** What stands in for a secret text. */
export const MASK = '***'

/** What is done to one place of a value: a secret is masked, or removed where its schema lets it be absent; `stuck` where neither fits. */
export interface Redaction {
  secret: 'mask' | 'remove' | 'stuck' | undefined
  readonly members: Map<string, Redaction>
  /** Of every element of a list and every value of a record. */
  readonly items: Redaction[]
}

function secretOf(schema: Schema): Redaction['secret'] {
  if (mayBeAbsent(schema)) return 'remove'
  return parseWith(schema, MASK).success ? 'mask' : 'stuck'
}

function fill(redaction: Redaction, schema: Schema, known: Map<Schema, Redaction>): void {
  const { shape, innerType, out, element, valueType, options, left, right, getter } = definitionOf(schema)
  const same = [innerType, out, left, right, getter?.(), ...(options ?? [])].filter((one) => one !== undefined)
  for (const one of same) fill(redaction, one, known)
  for (const [name, member] of Object.entries(shape ?? {})) {
    const before = redaction.members.get(name)
    if (before) fill(before, member, known)
    else redaction.members.set(name, redactionOf(member, known))
  }
  for (const item of [element, valueType]) if (item) redaction.items.push(redactionOf(item, known))
}

/** How the secrets of values of a schema are redacted: what is marked `.meta({ secret: true })`. */
export function redactionOf(schema: Schema, known: Map<Schema, Redaction> = new Map()): Redaction {
  const before = known.get(schema)
  if (before) return before
  const { innerType } = definitionOf(schema)
  if (innerType && !isSecret(schema)) return redactionOf(innerType, known)
  const redaction: Redaction = { secret: undefined, members: new Map(), items: [] }
  known.set(schema, redaction)
  if (isSecret(schema)) redaction.secret = secretOf(schema)
  else fill(redaction, schema, known)
  return redaction
}

/** The places of a redaction that hold secrets, as paths; `*` is any element. */
export function secretPlaces(
  redaction: Redaction,
  path = '',
  seen: ReadonlySet<Redaction> = new Set(),
): { path: string; secret: Redaction['secret'] }[] {
  if (redaction.secret) return [{ path, secret: redaction.secret }]
  if (seen.has(redaction)) return []
  const within = new Set([...seen, redaction])
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  return [
    ...[...redaction.members].flatMap(([name, member]) => secretPlaces(member, at(name), within)),
    ...redaction.items.flatMap((item) => secretPlaces(item, at('*'), within)),
  ]
}

function redactMember(object: Record<string, unknown>, name: string, member: Redaction): void {
  if (member.secret === 'remove') delete object[name]
  else object[name] = redact(object[name], member)
}

/** Redacts a value that was made for one response: its own objects change. */
export function redact(value: unknown, redaction: Redaction): unknown {
  if (redaction.secret) return value === null || value === undefined ? value : MASK
  if (typeof value !== 'object' || value === null) return value
  const object = value as Record<string, unknown>
  for (const [name, member] of redaction.members) if (Object.hasOwn(object, name)) redactMember(object, name, member)
  for (const item of redaction.items)
    for (const name of Object.keys(object)) if (!redaction.members.has(name)) object[name] = redact(object[name], item)
  return value
}
