import { definitionOf } from '../../sdk/schemas/definition.js'
import type { Schema } from '../../sdk/types.js'

/** What a schema says of one place of a JSON document; undefined where it says nothing of what is inside. */
export interface DescribedPlace {
  /** Members that it names. */
  readonly members?: ReadonlyMap<string, Schema>
  /** What other members are; undefined where they are none of its business. */
  readonly others?: Schema
  /** Elements of a list: by place, and all others. */
  readonly tuple?: readonly Schema[]
  readonly element?: Schema | undefined
  /** Schemas of which one holds. */
  readonly choices?: readonly Schema[]
}

const NOTHING: DescribedPlace = Object.freeze({})

function merged(left: DescribedPlace, right: DescribedPlace): DescribedPlace {
  if (!left.members || !right.members) return left.members || left.element || left.others ? left : right
  const others = left.others ?? right.others
  return { members: new Map([...left.members, ...right.members]), ...(others ? { others } : undefined) }
}

function ofObject(shape: Readonly<Record<string, Schema>>, catchall: Schema | undefined): DescribedPlace {
  const members = new Map(Object.entries(shape))
  return catchall && definitionOf(catchall).type !== 'never' ? { members, others: catchall } : { members }
}

/** What a schema says of the value itself, wrappers undone; the side of a pipe that is sent counts. */
export function describedPlace(schema: Schema): DescribedPlace {
  const {
    type,
    shape,
    catchall,
    innerType,
    in: input,
    getter,
    element,
    valueType,
    items,
    rest,
    options,
    left,
    right,
  } = definitionOf(schema)
  const same = innerType ?? input ?? getter?.()
  if (same) return describedPlace(same)
  if (options) return { choices: options }
  if (left && right) return merged(describedPlace(left), describedPlace(right))
  if (type === 'object' && shape) return ofObject(shape, catchall)
  if (type === 'record' && valueType) return { others: valueType }
  if (type === 'tuple') return { tuple: items ?? [], element: rest ?? undefined }
  return element ? { element } : NOTHING
}
