import { z } from 'zod'
import { isKeyword } from './keywords.js'

type Meta = Record<string, unknown>

/**
 * Metadata for one conversion. Reads what `.meta()` stored in zod's global registry and gives every schema that has an id
 * a key of its own, so that two schemas with one id never replace each other inside zod.
 */
export class IdentityRegistry extends z.core.$ZodRegistry<Meta> {
  readonly #keys = new Map<object, string>()
  readonly #ids = new Map<string, unknown>()
  readonly #found = new Map<object, Meta | undefined>()

  override get(schema: z.core.$ZodType): Meta | undefined {
    if (!this.#found.has(schema)) this.#found.set(schema, this.#read(schema))
    return this.#found.get(schema)
  }

  #read(schema: z.core.$ZodType): Meta | undefined {
    const meta: Meta | undefined = z.globalRegistry.get(schema)
    if (!meta) return undefined
    const kept = Object.fromEntries(Object.entries(meta).filter(([name]) => isKeyword(name)))
    if (meta['id'] === undefined) return kept
    const key = `c${this.#keys.size}`
    this.#keys.set(schema, key)
    this.#ids.set(key, meta['id'])
    return { ...kept, id: key }
  }

  /** The key of a schema that has an id. */
  keyOf(schema: object): string | undefined {
    return this.#keys.get(schema)
  }

  /** The id behind a key, as the user wrote it. */
  idOf(key: string): string {
    return String(this.#ids.get(key))
  }

  /** True for keys given by this registry; zod makes up names for the rest. */
  knows(key: string): boolean {
    return this.#ids.has(key)
  }

  /** Every key, in the order in which the schemas were met. */
  get keys(): readonly string[] {
    return [...this.#ids.keys()]
  }
}
