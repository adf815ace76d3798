/**
 * Compiles a pattern with `*` for any text to a test of whole values, without regard to case. Each part between stars is looked for once,
 * from where the one before it ended, so that a test takes time in proportion to the value's length times the number of parts.
 */
export function compileWildcard(pattern: string): (value: string) => boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split(/\*+/)
  const last = rest.pop()
  if (last === undefined) return (value) => value.toLowerCase() === first
  return (value) => {
    const text = value.toLowerCase()
    if (!text.startsWith(first)) return false
    let from = first.length
    for (const part of rest) {
      const at = text.indexOf(part, from)
      if (at === -1) return false
      from = at + part.length
    }
    return text.length - last.length >= from && text.endsWith(last)
  }
}
