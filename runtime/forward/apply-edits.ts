import type { HeaderEdit } from '../pipeline/exchange.js'

/** Names that edits replace or remove; lines of these names that passed through are dropped. */
export function editedNames(edits: readonly HeaderEdit[]): ReadonlySet<string> {
  return new Set(edits.filter((edit) => !edit.add).map((edit) => edit.name))
}

/** Appends what the edits set and add to a flat header list; of several `set` on one name the last wins. */
export function appendEdits(out: string[], edits: readonly HeaderEdit[]): void {
  edits.forEach((edit, index) => {
    if (edit.value === undefined) return
    const later = !edit.add && edits.some((other, at) => at > index && !other.add && other.name === edit.name)
    if (!later) out.push(edit.name, edit.value)
  })
}
