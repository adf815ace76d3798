/** Components of one kind: equal values share a name, and a name that is taken gets a number. */
export class NamedComponents<T> {
  readonly #values = new Map<string, { readonly value: T; readonly text: string }>()

  /** The name under which `value` is found; `wanted` where it is free, characters that a component cannot have replaced by `_`. */
  nameFor(wanted: string, value: T): string {
    const base = wanted.replace(/[^A-Za-z0-9._-]/g, '_')
    const text = JSON.stringify(value)
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}${number}`
      const taken = this.#values.get(name)
      if (taken && taken.text !== text) continue
      this.#values.set(name, { value, text })
      return name
    }
  }

  /** Every component by name, sorted. */
  get all(): Readonly<Record<string, T>> {
    const entries = [...this.#values].sort(([left], [right]) => (left < right ? -1 : 1))
    return Object.fromEntries(entries.map(([name, { value }]) => [name, value]))
  }
}
