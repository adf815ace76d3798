import type { Resource } from './services.js'

/** Numbers for functions and schemas, which have no text that tells one from another; the same object has the same number. */
export class Identities implements Resource {
  readonly #numbers = new WeakMap<object, number>()
  #last = 0

  /** JSON in which functions and zod schemas are their numbers: the same text for settings that mean the same. */
  textOf(settings: unknown): string {
    return JSON.stringify(settings, (_key, value: unknown) => {
      if (typeof value === 'function') return { '~': this.#of(value) }
      return typeof value === 'object' && value !== null && '_zod' in value ? { '~': this.#of(value) } : value
    })
  }

  #of(value: object): number {
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    this.#numbers.set(value, ++this.#last)
    return this.#last
  }

  close(): void {}
}
