import type { ConfigIssue } from '../../sdk/config-error.js'

type Path = readonly PropertyKey[]

/** Follows references in a document and gathers what is wrong with it. */
export class DocumentReader {
  readonly issues: ConfigIssue[] = []
  readonly #document: unknown

  constructor(document: unknown) {
    this.#document = document
  }

  refuse(path: Path, message: string, hint?: string): void {
    this.issues.push({ code: 'GW1503', path, message, hint })
  }

  /** What a value stands for: itself, or the end of its chain of `$ref`s; undefined, with an issue, if that is nothing. */
  resolve<T>(value: T | { $ref: string }, path: Path): T | undefined {
    const seen = new Set<string>()
    let current: unknown = value
    while (typeof current === 'object' && current !== null && '$ref' in current) {
      const ref = String(current.$ref)
      current = seen.has(ref) ? undefined : this.#find(ref)
      seen.add(ref)
      if (current === undefined) this.refuse(path, `${JSON.stringify(ref)} refers to nothing in this document`)
    }
    return current as T | undefined
  }

  #find(ref: string): unknown {
    if (!ref.startsWith('#/')) return undefined
    const keys = ref
      .slice(2)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    return keys.reduce<unknown>((at, key) => {
      return typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
    }, this.#document)
  }
}
