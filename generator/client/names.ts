// What generated files refer to without importing it, and what a declaration cannot be called.
const TAKEN = new Set(
  (
    'Blob FormData Record Promise any as async await bigint boolean break case catch class const continue debugger declare default delete ' +
    'do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let ' +
    'module namespace never new null number object of package private protected public readonly require return set static string super ' +
    'switch symbol this throw true try type typeof undefined unique unknown var void while with yield arguments eval globalThis'
  ).split(' '),
)

/** The words of any text, in ASCII letters and digits. */
function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z0-9]+/g) ?? []
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** Turns any text into an identifier: unchanged if it is one, else its words in camel case. */
export function toIdentifier(text: string): string {
  if (/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(text)) return text
  const [first = '', ...rest] = wordsOf(text)
  const name = first + rest.map(capital).join('')
  return /^[A-Za-z]/.test(name) ? name : `_${name}`
}

/** The same with a capital first letter. */
export function toTypeName(text: string): string {
  return capital(toIdentifier(text))
}

/** The same as lower-case words with hyphens between. */
export function toFileName(text: string): string {
  const words = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
  return wordsOf(words).join('-').toLowerCase() || 'operations'
}

/** Hands out names that are each given once; a second wish for the same name gets a number. */
export class NamePool {
  readonly #used: Set<string>

  constructor(reserved: Iterable<string>) {
    this.#used = new Set(reserved)
  }

  /** Takes a name together with those that are made from it. */
  take(wish: string, familyOf: (name: string) => readonly string[] = (name) => [name]): string {
    for (let count = 1; ; count++) {
      const name = count === 1 ? wish : `${wish}${count}`
      const family = familyOf(name)
      if (family.some((member) => this.#used.has(member) || TAKEN.has(member))) continue
      for (const member of family) this.#used.add(member)
      return name
    }
  }
}
