import { stampOf } from '../stamp.js'
import { makePart, type NullIf, type Part } from './part.js'

/** Options of {@link each}. */
export interface EachOptions<O extends boolean> {
  /** Most calls at a time. Default 4. */
  readonly concurrency?: number
  /** Most elements; a longer list is a failure. Default 100. */
  readonly max?: number
  /** True: where it fails, the part is `null` and `errors` names it. Default false: the whole request fails. */
  readonly optional?: O
}

/**
 * Makes a call for each element of a list that another part gave. `item` runs once, when it is declared: the element it gets
 * is a part, to be named in the call’s `needs`. Equal calls within a request are made once. `null` counts as an empty list.
 */
export function each<N, I, N2, T, O2 extends boolean, O extends boolean = false>(
  list: Part<N, readonly I[] | null>,
  item: (element: Part<unknown, I, false>) => Part<N2, T, O2>,
  options: EachOptions<O> = {},
): Part<N & N2, T[] | NullIf<O>, O | O2> {
  const stamp = stampOf(each)
  const element = makePart<unknown, I, false>({ kind: 'item' }, stamp)
  return makePart({ kind: 'each', list, item: element, each: item(element), options }, stamp)
}
