/** A number that a double cannot tell from its neighbours, as `<mark><digits>e<exponent>`; no text of a document begins like this but by intent. */
const MARK = '\u0000number:'

/** Digits that every double keeps. */
const SAFE_DIGITS = 15

/** True where some number may have more digits, or another size, than a double can hold. */
const mayExceed = (text: string) => /[\d.]{16}|\d[eE][+-]?\d{3}/.test(text)

/** A number's value in one form: its digits without outer zeros, and the power of ten that they are times. */
function exactly([, sign, whole = '', fraction = '', exponent = '0']: RegExpExecArray): string | undefined {
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - kept.length)
  const size = BigInt(kept.length) + power
  if (kept === '' || (kept.length <= SAFE_DIGITS && size > -300n && size < 300n)) return undefined
  return `${MARK}${sign}${kept}e${power}`
}

/** The place after a text that begins at `start` of a valid document. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end + 1
  }
}

function withMarks(text: string): string {
  const number = /(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y
  const pieces: string[] = []
  let copied = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      at = endOfText(text, at)
      continue
    }
    number.lastIndex = at
    const found = number.exec(text)
    const mark = found ? exactly(found) : undefined
    if (mark !== undefined) {
      pieces.push(text.slice(copied, at), JSON.stringify(mark))
      copied = number.lastIndex
    }
    at = found ? at + found[0].length : at + 1
  }
  return pieces.join('') + text.slice(copied)
}

/**
 * Parses JSON so that numbers are equal only where their values are: those that doubles would round come as marked texts.
 * Throws SyntaxError.
 */
export function parseExact(text: string): unknown {
  const plain: unknown = JSON.parse(text)
  return mayExceed(text) ? JSON.parse(withMarks(text)) : plain
}

/** The value as `JSON.parse` would have given it, for a schema to look at. */
export function rounded(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? Number(value.slice(MARK.length)) : value
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, rounded(member)]))
}
