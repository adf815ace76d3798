import type { ConfigIssue } from '../../sdk/index.js'
import type { Conversion } from './convert-schemas.js'
import type { IdentityRegistry } from './identity-registry.js'
import { mapSchema } from './map-schema.js'
import { sameName } from './schema-issue.js'
import type { JsonSchema, SchemaIo, SchemaUse } from './schema-use.js'

/** Both directions of one conversion. */
export interface Conversions {
  readonly input: Conversion
  readonly output: Conversion
}

/** The key that a reference of a conversion points at. */
export const keyOfRef = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

type Printed = { readonly [D in SchemaIo]: string | undefined }

function printedBy(conversions: Conversions, registry: IdentityRegistry) {
  const print = (io: SchemaIo, key: string) => {
    const body = conversions[io].defs[key]
    return body && JSON.stringify(mapSchema(body, (ref) => registry.idOf(keyOfRef(ref))))
  }
  return new Map(registry.keys.map((key): [string, Printed] => [key, { input: print('input', key), output: print('output', key) }]))
}

// Two schemas that never meet in one direction are compared across: only equal ones can stand for each other.
function same(left: Printed, right: Printed): boolean {
  const shared = (['input', 'output'] as const).filter((io) => left[io] !== undefined && right[io] !== undefined)
  if (shared.length === 0) return (left.input ?? left.output) === (right.input ?? right.output)
  return shared.every((io) => left[io] === right[io])
}

function referencesOf(body: JsonSchema | undefined, registry: IdentityRegistry): readonly string[] {
  const ids: string[] = []
  if (body)
    mapSchema(body, (ref) => {
      ids.push(registry.idOf(keyOfRef(ref)))
      return ref
    })
  return ids
}

/** The ids whose two directions differ, in themselves or in something they refer to. */
function findSplit(groups: ReadonlyMap<string, readonly string[]>, printed: ReadonlyMap<string, Printed>, refs: Map<string, string[]>) {
  const texts = (id: string, io: SchemaIo) => (groups.get(id) ?? []).flatMap((key) => printed.get(key)?.[io] ?? [])
  const both = [...groups.keys()].filter((id) => texts(id, 'input').length > 0 && texts(id, 'output').length > 0)
  const split = new Set(both.filter((id) => texts(id, 'input')[0] !== texts(id, 'output')[0]))
  let before = -1
  while (before !== split.size) {
    before = split.size
    for (const id of both) if (refs.get(id)?.some((ref) => split.has(ref))) split.add(id)
  }
  return split
}

/** Names by direction and id, and what prevents one. */
export interface ComponentNames {
  readonly nameOf: (io: SchemaIo, id: string) => string
  readonly issues: readonly ConfigIssue[]
}

/** Names the component of every schema with an id: `User`, and `UserInput` where what callers send differs from what they get. */
export function nameComponents(conversions: Conversions, registry: IdentityRegistry, reserved: ReadonlySet<string>): ComponentNames {
  const printed = printedBy(conversions, registry)
  const groups = new Map<string, string[]>()
  for (const key of registry.keys) {
    const id = registry.idOf(key)
    groups.set(id, [...(groups.get(id) ?? []), key])
  }
  const placeOf = (key: string) => (conversions.input.places.get(key) ?? conversions.output.places.get(key)) as SchemaUse
  const issues: ConfigIssue[] = []
  const refs = new Map<string, string[]>()
  for (const [id, [first = '', ...others]] of groups) {
    if (!/^[A-Za-z0-9._-]+$/.test(id)) issues.push(badId(id, placeOf(first)))
    if (reserved.has(id)) issues.push(reservedName(id, placeOf(first)))
    const rival = others.find((key) => !same(printed.get(first) as Printed, printed.get(key) as Printed))
    if (rival !== undefined) issues.push(sameName(id, placeOf(rival), placeOf(first)))
    const bodies = [first, ...others].flatMap((key) => [conversions.input.defs[key], conversions.output.defs[key]])
    refs.set(
      id,
      bodies.flatMap((body) => referencesOf(body, registry)),
    )
  }
  const split = findSplit(groups, printed, refs)
  for (const id of split) {
    const rival = groups.get(`${id}Input`)?.[0]
    if (rival !== undefined) issues.push(sameName(`${id}Input`, placeOf(groups.get(id)?.[0] as string), placeOf(rival)))
  }
  return { nameOf: (io, id) => (io === 'input' && split.has(id) ? `${id}Input` : id), issues }
}

function badId(id: string, use: SchemaUse): ConfigIssue {
  return {
    code: 'GW1502',
    path: use.path,
    message: `the schema id ${JSON.stringify(id)} cannot name a component`,
    hint: 'use letters, digits, ".", "_" and "-" in `.meta({ id })`',
    origin: use.origin,
  }
}

function reservedName(id: string, use: SchemaUse): ConfigIssue {
  return {
    code: 'GW1501',
    path: use.path,
    message: `the schema id "${id}" is the gateway’s own`,
    hint: 'give the schema another id; responses of problems are declared with "problem"',
    origin: use.origin,
  }
}
