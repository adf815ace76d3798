import fc from 'fast-check'
import { z } from 'zod'

/** What a document is like, as plain data; the test's own reading of a schema. */
export type Spec =
  | { readonly kind: 'text' | 'number' | 'flag' }
  | { readonly kind: 'nullable'; readonly of: Spec }
  | { readonly kind: 'object'; readonly members: Readonly<Record<string, { readonly of: Spec; readonly optional: boolean }>> }
  | { readonly kind: 'list' | 'record'; readonly of: Spec }
  | { readonly kind: 'pair'; readonly of: readonly [Spec, Spec] }
  | { readonly kind: 'tagged'; readonly of: readonly [Spec, Spec] }

const NAMES = ['id', 'name', 'a/b', 'tilde~', 'items', '__x', 'Case', '0']

export const specs: fc.Arbitrary<Spec> = fc.letrec<{ node: Spec; leaf: Spec }>((tie) => ({
  leaf: fc.constantFrom<Spec>({ kind: 'text' }, { kind: 'number' }, { kind: 'flag' }),
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.record({ kind: fc.constant('nullable' as const), of: tie('leaf') }),
    fc.record({
      kind: fc.constant('object' as const),
      members: fc.dictionary(fc.constantFrom(...NAMES), fc.record({ of: tie('node'), optional: fc.boolean() }), { maxKeys: 4 }),
    }),
    fc.record({ kind: fc.constantFrom('list' as const, 'record' as const), of: tie('node') }),
    fc.record({ kind: fc.constant('pair' as const), of: fc.tuple(tie('node'), tie('node')) }),
    fc.record({ kind: fc.constant('tagged' as const), of: fc.tuple(tie('node'), tie('node')) }),
  ),
})).node

/** The zod schema that says the same. */
export function schemaOf(spec: Spec): z.ZodType {
  switch (spec.kind) {
    case 'text':
      return z.string()
    case 'number':
      return z.number()
    case 'flag':
      return z.boolean()
    case 'nullable':
      return schemaOf(spec.of).nullable()
    case 'list':
      return z.array(schemaOf(spec.of))
    case 'record':
      return z.record(z.string(), schemaOf(spec.of))
    case 'pair':
      return z.tuple([schemaOf(spec.of[0]), schemaOf(spec.of[1])])
    case 'tagged':
      return z.union([
        z.object({ tag: z.literal('one'), value: schemaOf(spec.of[0]) }),
        z.lazy(() => z.object({ tag: z.literal('two'), value: schemaOf(spec.of[1]).optional() })),
      ])
    case 'object': {
      const entries = Object.entries(spec.members).map(([name, { of, optional }]) => {
        const member = schemaOf(of)
        return [name, optional ? member.optional() : member] as const
      })
      return z.object(Object.fromEntries(entries))
    }
  }
}

const texts = fc.string({ maxLength: 6, unit: 'binary' })

/** Documents that the schema of a spec takes. */
export function documentsOf(spec: Spec): fc.Arbitrary<unknown> {
  switch (spec.kind) {
    case 'text':
      return texts
    case 'number':
      return fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    case 'flag':
      return fc.boolean()
    case 'nullable':
      return fc.option(documentsOf(spec.of))
    case 'list':
      return fc.array(documentsOf(spec.of), { maxLength: 4 })
    case 'record':
      return fc.dictionary(texts, documentsOf(spec.of), { maxKeys: 3, noNullPrototype: true })
    case 'pair':
      return fc.tuple(documentsOf(spec.of[0]), documentsOf(spec.of[1]))
    case 'tagged':
      return fc.oneof(
        fc.record({ tag: fc.constant('one'), value: documentsOf(spec.of[0]) }, { noNullPrototype: true }),
        fc.record({ tag: fc.constant('two'), value: documentsOf(spec.of[1]) }, { noNullPrototype: true }),
      )
    case 'object': {
      const members = Object.fromEntries(Object.entries(spec.members).map(([name, { of }]) => [name, documentsOf(of)]))
      const requiredKeys = Object.keys(spec.members).filter((name) => !spec.members[name]?.optional)
      return fc.record(members, { requiredKeys, noNullPrototype: true })
    }
  }
}

/** A place of a document: how it is reported, the keys that lead there, and whether it can be taken away. */
export interface Spot {
  readonly shown: string
  readonly keys: readonly (string | number)[]
  readonly value: unknown
  readonly removable: boolean
}

const escaped = (name: string) => name.replace(/~/g, '~0').replace(/\//g, '~1')

/** Every place of a document that a spec describes and where one change can be seeded. */
export function spotsOf(spec: Spec, value: unknown, at: Pick<Spot, 'shown' | 'keys'> = { shown: '', keys: [] }, removable = false): Spot[] {
  const under = (key: string | number, shown: string) => ({ shown: `${at.shown}/${shown}`, keys: [...at.keys, key] })
  const here: Spot = { ...at, value, removable }
  const inside = value as Readonly<Record<string, unknown>>
  switch (spec.kind) {
    case 'text':
    case 'number':
    case 'flag':
    case 'nullable':
      return [here]
    case 'list':
      return [here, ...(value as unknown[]).flatMap((one, index) => spotsOf(spec.of, one, under(index, '*')))]
    case 'record':
      return [...(removable ? [here] : []), ...Object.keys(inside).flatMap((key) => spotsOf(spec.of, inside[key], under(key, '*'), true))]
    case 'pair':
      return spec.of.flatMap((one, index) => spotsOf(one, (value as unknown[])[index], under(index, '*')))
    case 'tagged':
      return spotsOf(spec.of[inside['tag'] === 'one' ? 0 : 1] as Spec, inside['value'], under('value', 'value'))
    case 'object':
      return [
        ...(removable ? [here] : []),
        ...Object.entries(spec.members).flatMap(([name, { of, optional }]) =>
          Object.hasOwn(inside, name) ? spotsOf(of, inside[name], under(name, escaped(name)), optional) : [],
        ),
      ]
  }
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`
  if (typeof value === 'number') return value === 0 ? 1 : -value
  if (typeof value === 'boolean') return !value
  return Array.isArray(value) ? [...value, value[0] ?? 1] : 1
}

/** The document with one spot changed, or taken away where that can be. */
export function changedAt(document: unknown, { keys, removable }: Pick<Spot, 'keys' | 'removable'>, remove: boolean): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return otherThan(document)
  const copy = (Array.isArray(document) ? [...document] : { ...(document as object) }) as Record<string | number, unknown>
  if (rest.length === 0 && remove && removable) delete copy[key]
  else copy[key] = changedAt(copy[key], { keys: rest, removable }, remove)
  return copy
}

/** The same document as another server might write it: members in another order, and new ones in what a schema describes as an object. */
export function rewritten(spec: Spec, value: unknown): unknown {
  const inside = value as Readonly<Record<string, unknown>>
  const reversed = (entries: (readonly [string, unknown])[]) => Object.fromEntries(entries.reverse())
  switch (spec.kind) {
    case 'list':
      return (value as unknown[]).map((one) => rewritten(spec.of, one))
    case 'pair':
      return (value as unknown[]).map((one, index) => rewritten(spec.of[index] as Spec, one))
    case 'record':
      return reversed(Object.entries(inside).map(([name, one]) => [name, rewritten(spec.of, one)] as const))
    case 'tagged':
      return { value: rewritten(spec.of[inside['tag'] === 'one' ? 0 : 1] as Spec, inside['value']), extra: [1], tag: inside['tag'] }
    case 'object':
      return reversed([
        ...Object.entries(inside).map(([name, one]) => [name, rewritten(spec.members[name]?.of as Spec, one)] as const),
        ['unknown', { a: Math.PI }],
      ])
    default:
      return value
  }
}

/** The same document with every list turned round. */
export function turnedRound(spec: Spec, value: unknown): unknown {
  const inside = value as Readonly<Record<string, unknown>>
  const each = (of: (name: string) => Spec) =>
    Object.fromEntries(Object.entries(inside).map(([name, one]) => [name, turnedRound(of(name), one)]))
  switch (spec.kind) {
    case 'list':
      return (value as unknown[]).map((one) => turnedRound(spec.of, one)).reverse()
    case 'pair':
      return (value as unknown[]).map((one, index) => turnedRound(spec.of[index] as Spec, one))
    case 'record':
      return each(() => spec.of)
    case 'tagged':
      return { ...inside, value: turnedRound(spec.of[inside['tag'] === 'one' ? 0 : 1] as Spec, inside['value']) }
    case 'object':
      return each((name) => spec.members[name]?.of as Spec)
    default:
      return value
  }
}
