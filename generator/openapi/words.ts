const PREPOSITIONS = new Set(['as', 'at', 'by', 'for', 'from', 'in', 'into', 'of', 'on', 'to', 'with', 'without'])

/** The words of a name in camel case or with separators, in lower case; acronyms stay as they are. */
export function wordsOf(name: string): string[] {
  const parts = name.match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? [name]
  return parts.map((part) => (/^[A-Z][A-Z\d]+$/.test(part) ? part : part.toLowerCase()))
}

/** Writes words as a phrase: the first letter in upper case. */
export function phrase(words: readonly string[]): string {
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What a route does, from its key path: `users.get` is "Get users", `users.listOrders` is "List orders of users". */
export function summaryOf(keys: readonly string[]): string {
  const [verb = '', ...tail] = wordsOf(keys.at(-1) ?? '')
  const rest = keys.slice(0, -1).flatMap(wordsOf)
  if (rest.length === 0) return phrase([verb, ...tail])
  if (tail.length === 0 || PREPOSITIONS.has(tail[0] as string)) return phrase([verb, ...rest, ...tail])
  return phrase([verb, ...tail, 'of', ...rest])
}
