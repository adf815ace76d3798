import { stampOf } from '../stamp.js'
import { type From, makePart, type Part, type SourceMap, type SourceNeeds } from './part.js'

/** Computes a value from other parts and keys, such as the list that {@link each} goes through. Runs once in each request. */
export function derive<M extends SourceMap, V>(needs: M, run: (from: From<M>) => V): Part<SourceNeeds<M>, V, false> {
  return makePart({ kind: 'derive', needs, run }, stampOf(derive))
}
