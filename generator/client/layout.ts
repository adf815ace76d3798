// White space to the compiler, and in no text: quoting and escaping replace control characters.
const ANCHOR = '\f'

/** Marks the lines of a text that has its indentation already, so that the printer's own is taken off again. */
export function anchorLines(text: string): string {
  return text.replaceAll('\n', `\n${ANCHOR}`)
}

/** Takes off what the printer put before anchored lines, and all but one of successive blank lines. */
export function settleLines(text: string): string {
  return text.replace(new RegExp(`^ *${ANCHOR}`, 'gm'), '').replace(/\n{3,}/g, '\n\n')
}
