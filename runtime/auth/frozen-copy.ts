const isPlain = (value: unknown): value is object => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}

/**
 * Copies a tree of plain objects and arrays, frozen at every depth, so that one request cannot change what the next
 * with the same credential sees. Other values, such as dates, are taken over as they are.
 */
export function frozenCopy<T>(value: T): T {
  const copies = new Map<object, object>()
  const copyOf = (part: unknown): unknown => {
    if (!isPlain(part)) return part
    const made = copies.get(part) ?? (Array.isArray(part) ? [] : Object.create(Object.getPrototypeOf(part)))
    copies.set(part, made)
    return made
  }
  const copy = copyOf(value)
  // The map grows while it is walked; recursion would let the sender of a token choose the depth of the stack.
  for (const [source, made] of copies) {
    // Defined, not assigned: a claim may be called `__proto__`.
    for (const [key, child] of Object.entries(source)) Object.defineProperty(made, key, { value: copyOf(child), enumerable: true })
    Object.freeze(made)
  }
  return copy as T
}
