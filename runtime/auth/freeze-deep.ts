const isPlain = (value: unknown): value is object => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}

/** Freezes a tree of plain objects and arrays, so that one request cannot change what the next one with the same token sees. */
export function freezeDeep<T>(value: T): T {
  const open: unknown[] = [value]
  // A loop, not recursion: the depth of a token's claims is its sender's choice.
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (!isPlain(part) || Object.isFrozen(part)) continue
    Object.freeze(part)
    for (const child of Object.values(part)) if (isPlain(child)) open.push(child)
  }
  return value
}
