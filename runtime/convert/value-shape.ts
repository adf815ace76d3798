import type { Schema } from '../../sdk/index.js'
import { definitionOf, mayBeOmitted } from '../../sdk/schemas/definition.js'

/** What a schema makes of one place of a value, as far as a format that knows only texts has to be told. */
export interface ValueShape {
  /** A list in any case, so that one element is a list too. */
  list: boolean
  /** An object in any case, so that a text is none. */
  object: boolean
  /** A plain value in any case, so that attributes beside it are nothing. */
  plain: boolean
  readonly members: Map<string, ValueShape>
  /** Members that are lists and must be there: none of their elements is an empty list. */
  readonly lists: string[]
  /** Of the elements of a list, and of the values of a record. */
  item: ValueShape | undefined
  values: ValueShape | undefined
}

const NOTHING: ReadonlySet<string> = new Set(['null', 'undefined', 'void', 'never'])
const PLAIN: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'bigint', 'date', 'enum', 'literal', 'template_literal', 'nan'])

/** The schemas that a value may have to match, without what wraps or combines them. */
function leavesOf(schema: Schema, seen: Set<Schema> = new Set()): Schema[] {
  if (seen.has(schema)) return []
  seen.add(schema)
  const { innerType, in: input, options, left, right, getter } = definitionOf(schema)
  const inner = [innerType, input, left, right, getter?.(), ...(options ?? [])].filter((one) => one !== undefined)
  return inner.length === 0 ? [schema] : inner.flatMap((one) => leavesOf(one, seen))
}

/** Reads shapes of schemas, each set of schemas once, since schemas may hold themselves. */
class ShapeReader {
  readonly #ids = new Map<Schema, number>()
  readonly #known = new Map<string, ValueShape>()

  #keyOf(schemas: readonly Schema[]): string {
    return schemas
      .map((schema) => {
        const id = this.#ids.get(schema) ?? this.#ids.size
        this.#ids.set(schema, id)
        return id
      })
      .sort((a, b) => a - b)
      .join()
  }

  read(schemas: readonly Schema[]): ValueShape {
    const key = this.#keyOf(schemas)
    const before = this.#known.get(key)
    if (before) return before
    const definitions = schemas.flatMap((schema) => leavesOf(schema)).map(definitionOf)
    const some = definitions.filter(({ type }) => !NOTHING.has(type))
    const all = (test: (type: string) => boolean) => some.length > 0 && some.every(({ type }) => test(type))
    const shape: ValueShape = {
      list: all((type) => type === 'array' || type === 'tuple'),
      object: all((type) => type === 'object' || type === 'record'),
      plain: all((type) => PLAIN.has(type)),
      members: new Map(),
      lists: [],
      item: undefined,
      values: undefined,
    }
    this.#known.set(key, shape)
    const elements = some.flatMap(({ element }) => element ?? [])
    const values = some.flatMap(({ valueType }) => valueType ?? [])
    if (elements.length > 0) shape.item = this.read(elements)
    if (values.length > 0) shape.values = this.read(values)
    this.#readMembers(
      shape,
      some.flatMap(({ shape: members }) => (members ? [members] : [])),
    )
    return shape
  }

  #readMembers(shape: ValueShape, objects: readonly Readonly<Record<string, Schema>>[]): void {
    for (const name of new Set(objects.flatMap((members) => Object.keys(members)))) {
      const schemas = objects.flatMap((members) => (Object.hasOwn(members, name) ? [members[name] as Schema] : []))
      const member = this.read(schemas)
      shape.members.set(name, member)
      if (member.list && schemas.length === objects.length && !schemas.some(mayBeOmitted)) shape.lists.push(name)
    }
  }
}

/** What a schema makes of the places of its values. */
export function shapeOf(schema: Schema): ValueShape {
  return new ShapeReader().read([schema])
}
