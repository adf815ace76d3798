import type { HeaderEdit } from '../pipeline/exchange.js'

/** True if edits replace or remove a name, so that lines of it that passed through are dropped. A handful of edits is searched faster than indexed. */
export function isEdited(edits: readonly HeaderEdit[], lower: string): boolean {
  for (const edit of edits) if (!edit.add && edit.name === lower) return true
  return false
}

/** Appends what the edits set and add to a flat header list; of several `set` on one name the last wins. */
export function appendEdits(out: string[], edits: readonly HeaderEdit[]): void {
  for (let index = 0; index < edits.length; index++) {
    const { name, value, add } = edits[index] as HeaderEdit
    if (value !== undefined && (add || !isSetLater(edits, name, index))) out.push(name, value)
  }
}

function isSetLater(edits: readonly HeaderEdit[], name: string, index: number): boolean {
  for (let later = index + 1; later < edits.length; later++) {
    const edit = edits[later] as HeaderEdit
    if (!edit.add && edit.name === name) return true
  }
  return false
}
