import type { ClientOperation } from './operation.js'

/** Operations by their key paths. */
export type OperationTree = ReadonlyMap<string, ClientOperation | OperationTree>

/** Arranges operations, sorted by id, as the client nests them. */
export function treeOf(operations: readonly ClientOperation[], depth = 0): OperationTree {
  const groups = new Map<string, ClientOperation[]>()
  for (const operation of operations) {
    const key = operation.keys[depth] as string
    groups.set(key, [...(groups.get(key) ?? []), operation])
  }
  return new Map(
    [...groups].map(([key, members]) => {
      const leaf = members.find((operation) => operation.keys.length === depth + 1)
      return [key, leaf ?? treeOf(members, depth + 1)]
    }),
  )
}
