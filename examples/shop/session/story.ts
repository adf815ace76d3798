/** Tells a session as it happens and keeps score of its checks. */
export class Story {
  readonly #print: (line?: string) => void
  #chapters = 0
  #held = 0
  readonly #broken: string[] = []

  constructor(print: (line?: string) => void) {
    this.#print = print
  }

  chapter(title: string): void {
    this.#chapters += 1
    this.#print(`\n${this.#chapters}. ${title}\n`)
  }

  say(line: string): void {
    this.#print(`   ${line}`)
  }

  /** Prints the claim with its mark; a broken one shows what was seen instead. */
  check(held: boolean, claim: string, seen?: unknown): void {
    this.#print(`   ${held ? '✓' : '✗'} ${claim}`)
    if (held) this.#held += 1
    else this.#broken.push(claim)
    if (!held && seen !== undefined) this.#print(`     seen: ${JSON.stringify(seen)}`)
  }

  /** Prints the score; true if every check held. */
  end(): boolean {
    const broken = this.#broken.length
    this.#print(broken === 0 ? `\nAll ${this.#held} checks held.` : `\n${broken} of ${this.#held + broken} checks did not hold:`)
    for (const claim of this.#broken) this.#print(`   ✗ ${claim}`)
    return broken === 0
  }
}
