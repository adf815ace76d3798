/** Bytes of JSON's grammar (RFC 8259 section 2). */
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
const BACKSLASH = 0x5c

/** The index of the quote that ends the text that begins at `start`; the length, or more, where none does. */
export function endOfText(bytes: Uint8Array, start: number): number {
  let index = start + 1
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1
  return index
}
