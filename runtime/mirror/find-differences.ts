import { parseWith } from '../../sdk/schemas/values.js'
import type { Schema } from '../../sdk/types.js'
import { type DescribedPlace, describedPlace } from './described-place.js'
import { rounded } from './exact-json.js'

/** Most places that are told apart in one pair of documents. */
const MAX_PLACES = 20

/** What of two documents may differ. */
export interface DifferenceRules {
  /** Places as keys from the root; `*` is any. */
  readonly ignore: readonly (readonly string[])[]
  readonly arrays: 'ordered' | 'unordered'
}

type JsonObject = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** A place in both documents. */
interface Place {
  /** As it is reported: names that schemas give, else `*`. */
  readonly path: string
  readonly schema: Schema | undefined
  /** Ignored places that may be inside, and how far down this one is. */
  readonly ignore: DifferenceRules['ignore']
  readonly depth: number
}

/** Finds the places where two documents differ; made for one pair. */
class Differ {
  readonly found = new Set<string>()
  readonly #unordered: boolean

  constructor({ arrays }: DifferenceRules) {
    this.#unordered = arrays === 'unordered'
  }

  compare(one: unknown, other: unknown, at: Place): void {
    if (this.found.size >= MAX_PLACES) return
    if (isObject(one) && isObject(other)) this.#objects(one, other, at)
    else if (Array.isArray(one) && Array.isArray(other)) this.#lists(one, other, at)
    else if (one !== other) this.found.add(at.path)
  }

  #objects(one: JsonObject, other: JsonObject, at: Place): void {
    for (const [name, inside] of membersOf([one, other], at)) {
      const both = Object.hasOwn(one, name) && Object.hasOwn(other, name)
      if (both) this.compare(one[name], other[name], inside)
      else if (this.found.size < MAX_PLACES) this.found.add(inside.path)
    }
  }

  #lists(one: readonly unknown[], other: readonly unknown[], at: Place): void {
    // Which element belongs to which nobody can tell.
    if (one.length !== other.length) {
      this.found.add(at.path)
      return
    }
    const described = placeOf(at.schema, one)
    const [left, right] = this.#unordered && !described.tuple ? unpaired(one, other, at, described) : [one, other]
    left.forEach((element, index) => {
      const inside = elementAt(at, described, index)
      if (inside) this.compare(element, right[index], inside)
    })
  }
}

/** What a schema says of a value; of schemas that are alternatives the first that fits. */
function placeOf(schema: Schema | undefined, value: unknown): DescribedPlace {
  if (!schema) return {}
  const described = describedPlace(schema)
  if (!described.choices) return described
  const plain = rounded(value)
  return placeOf(
    described.choices.find((choice) => parseWith(choice, plain).success),
    value,
  )
}

/** The place under a key; undefined where it is ignored. */
function inside({ path, ignore, depth }: Place, key: string, shown: string, schema: Schema | undefined): Place | undefined {
  const left = ignore.length === 0 ? ignore : ignore.filter((keys) => keys[depth] === '*' || keys[depth] === key)
  if (left.some((keys) => keys.length === depth + 1)) return undefined
  return { path: `${path}/${shown}`, schema, ignore: left, depth: depth + 1 }
}

const elementAt = (at: Place, { tuple, element }: DescribedPlace, index: number) =>
  inside(at, String(index), '*', tuple?.[index] ?? element)

/** The members that count, of those that some object has. */
function membersOf(objects: readonly JsonObject[], at: Place): (readonly [string, Place])[] {
  const described = placeOf(at.schema, objects[0])
  const names = new Set(objects.flatMap((object) => Object.keys(object)))
  // A schema that names members and says nothing of others passes over them; where nothing is described, all count.
  const all = described.others !== undefined || !described.members
  return [...names].flatMap((name) => {
    const known = described.members?.get(name)
    if (!known && !all) return []
    const place = known ? inside(at, name, escaped(name), known) : inside(at, name, '*', described.others)
    return place ? [[name, place] as const] : []
  })
}

/** A text that is the same for values that count as equal. */
function canonical(value: unknown, at: Place): string {
  if (Array.isArray(value)) {
    const described = placeOf(at.schema, value)
    const texts = value.flatMap((element, index) => {
      const place = elementAt(at, described, index)
      return place ? canonical(element, place) : []
    })
    return `[${(described.tuple ? texts : texts.sort()).join()}]`
  }
  if (!isObject(value)) return JSON.stringify(value)
  const members = membersOf([value], at).map(([name, place]) => `${JSON.stringify(name)}:${canonical(value[name], place)}`)
  return `{${members.sort().join()}}`
}

/** The elements of two lists that are in one of them only. */
function unpaired(one: readonly unknown[], other: readonly unknown[], at: Place, described: DescribedPlace): [unknown[], unknown[]] {
  const text = (element: unknown) => {
    const place = elementAt(at, described, 0)
    return place ? canonical(element, place) : ''
  }
  const waiting = new Map<string, unknown[]>()
  for (const element of other) {
    const key = text(element)
    const alike = waiting.get(key)
    if (alike) alike.push(element)
    else waiting.set(key, [element])
  }
  // No element of a JSON list is undefined.
  const left = one.filter((element) => waiting.get(text(element))?.pop() === undefined)
  return [left, [...waiting.values()].flat()]
}

/**
 * The places where two JSON documents differ, as JSON Pointers with `*` for elements and for members that no schema names; empty where they do not.
 * Only what the schema describes is looked at; without one, everything is.
 */
export function findDifferences(one: unknown, other: unknown, schema: Schema | undefined, rules: DifferenceRules): readonly string[] {
  const differ = new Differ(rules)
  differ.compare(one, other, { path: '', schema, ignore: rules.ignore, depth: 0 })
  return [...differ.found]
}
