/** Directives by lower-case name; of one that repeats, every value. */
export type Directives = ReadonlyMap<string, readonly string[]>

/** What a field's text means, so far as a cache acts on it. */
export interface CacheControl {
  readonly directives: Directives
  /** False where the text is no list of directives, so that what it forbids is not known. */
  readonly wellFormed: boolean
}

const DIRECTIVE = /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)(?:=("(?:[^"\\]|\\.)*"|[^\s,"=]+))?)?[ \t]*(?:,|$)/y
/** Ten years; beyond it a number of seconds says no more. */
const LONGEST_SECONDS = 315_360_000

/** Reads `Cache-Control` (RFC 9111 section 5.2): a list of tokens, each with a token or quoted text as its value. */
export function readCacheControl(text: string | undefined): CacheControl {
  const directives = new Map<string, string[]>()
  if (text === undefined) return { directives, wellFormed: true }
  for (let at = 0; at < text.length; at = DIRECTIVE.lastIndex) {
    DIRECTIVE.lastIndex = at
    const match = DIRECTIVE.exec(text)
    if (!match) return { directives, wellFormed: false }
    const [, name, value = ''] = match
    if (name === undefined) continue
    const lower = name.toLowerCase()
    directives.set(lower, [...(directives.get(lower) ?? []), value.replace(/^"(.*)"$/, '$1')])
  }
  return { directives, wellFormed: true }
}

/** The seconds of a directive; the least of several, and 0 for what is no number (RFC 9111 section 4.2.1). Undefined where it is absent. */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const values = directives.get(name)
  return values && Math.min(LONGEST_SECONDS, ...values.map((value) => (/^\d+$/.test(value) ? Number(value) : 0)))
}
