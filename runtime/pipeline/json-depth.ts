/** Deepest nesting of a JSON body that is read. */
export const MAX_JSON_DEPTH = 64

/** True if a JSON text opens at most `limit` brackets in all, and so cannot nest deeper; most texts do. */
function opensFew(text: string, limit: number): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (++count > limit) return false
  }
  return true
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Where the text that starts at a quote ends. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at
  }
  return text.length
}

/** True if arrays and objects of a JSON text are nested deeper than `limit`; what walks them recursively could run out of stack. */
export function isTooDeep(text: string, limit: number): boolean {
  if (opensFew(text, limit)) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at)
    // `[` and `{`, `]` and `}` differ in one bit.
    else if ((code | 0x20) === 0x7b && ++depth > limit) return true
    else if ((code | 0x20) === 0x7d) depth--
  }
  return false
}
