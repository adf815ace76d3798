import type { Resource } from './services.js'

interface Kept {
  readonly resource: Resource
  generation: number
}

/** Resources by key that live as long as some generation of the config asks for them. */
export class Resources {
  readonly #kept = new Map<string, Kept>()
  #generation = 0

  /** Starts a generation: what it does not ask for can be released afterwards. */
  begin(): number {
    return ++this.#generation
  }

  keep<T extends Resource>(key: string, create: () => T): T {
    const existing = this.#kept.get(key)
    if (existing) {
      existing.generation = this.#generation
      return existing.resource as T
    }
    const resource = create()
    this.#kept.set(key, { resource, generation: this.#generation })
    return resource
  }

  /** Keeps a resource that goes by a store: apart from those under the same key that go by another. */
  keepBy<T extends Resource>(store: string, key: string, create: () => T): T {
    return this.keep(`${key} by ${store}`, create)
  }

  /** The resource under `key`, if something asked for it; of several that go by different stores, the newest. */
  peek<T extends Resource>(key: string): T | undefined {
    const found = [...this.#kept].findLast(([name]) => name === key || name.startsWith(`${key} by `))
    return found?.[1].resource as T | undefined
  }

  /** Takes out everything that was last asked for before `generation`; the caller closes it when its users are gone. */
  takeOlder(generation: number): readonly Resource[] {
    const old = [...this.#kept].filter(([, kept]) => kept.generation < generation)
    for (const [key] of old) this.#kept.delete(key)
    return old.map(([, { resource }]) => resource)
  }

  /** The keys there are; with {@link removeNew}, undoes a generation that failed. */
  keys(): ReadonlySet<string> {
    return new Set(this.#kept.keys())
  }

  /** Takes out what is not among `before`. */
  removeNew(before: ReadonlySet<string>): readonly Resource[] {
    const fresh = [...this.#kept].filter(([key]) => !before.has(key))
    for (const [key] of fresh) this.#kept.delete(key)
    return fresh.map(([, { resource }]) => resource)
  }

  async closeAll(): Promise<void> {
    const all = [...this.#kept.values()]
    this.#kept.clear()
    await Promise.allSettled(all.map(({ resource }) => resource.close()))
  }
}
