/** Escapes, character classes, groups and quantifiers without an upper bound; else one character. */
const TOKEN = /\\.|\[(?:\\.|[^\]\\])*\]|[()]|(?:[*+]|\{\d+,\})\??|./gsu
const UNBOUNDED = /^(?:[*+]|\{\d+,\})/

/** True if something repeated without bound is inside something repeated without bound, as in `(a+)+`. The source must be valid. */
function repeatsRepetition(source: string): boolean {
  /** For each open group, whether it holds an unbounded quantifier. */
  const open = [false]
  let last = false
  for (const [token] of source.matchAll(TOKEN)) {
    const quantifier = UNBOUNDED.test(token)
    if (quantifier && last) return true
    last = token === ')' && (open.pop() ?? false)
    if (token === '(') open.push(false)
    else if (quantifier || last) open[open.length - 1] = true
  }
  return false
}

/**
 * Why a regular expression cannot be used on what callers send: it is not valid, or a repetition inside a repetition could take
 * a time that doubles with each character (CWE-1333); undefined for one that can.
 */
export function patternProblem(source: string): string | undefined {
  try {
    new RegExp(source)
  } catch (error) {
    return (error as Error).message.replace(/^.*: /, '')
  }
  return repeatsRepetition(source) ? 'a repetition inside a repetition can take a time that doubles with each character' : undefined
}
