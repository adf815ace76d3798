import { COLON, COMMA, endOfText, QUOTE } from '../json-text.js'

/** Bounds of a JSON text's shape. */
export interface JsonBounds {
  readonly depth: number
  readonly keys: number
  readonly items: number
  readonly string: number
}

const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The objects and arrays that are open at some place of a JSON text. */
class OpenParts {
  readonly #bounds: JsonBounds
  /** For each: its members, or the commas between its elements, so far. */
  readonly #counts: number[] = []
  readonly #arrays: boolean[] = []

  constructor(bounds: JsonBounds) {
    this.#bounds = bounds
  }

  /** Takes one byte outside of texts into account; returns what it makes too much, in words. */
  read(byte: number): string | undefined {
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#open(byte === OPEN_ARRAY)
    if (byte === COMMA || byte === COLON) return this.#count(byte)
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      this.#counts.pop()
      this.#arrays.pop()
    }
    return undefined
  }

  #open(array: boolean): string | undefined {
    if (this.#counts.length >= this.#bounds.depth) return `parts nested deeper than ${this.#bounds.depth}`
    this.#counts.push(0)
    this.#arrays.push(array)
    return undefined
  }

  #count(byte: number): string | undefined {
    const inner = this.#counts.length - 1
    const array = this.#arrays[inner]
    if (inner < 0 || byte !== (array ? COMMA : COLON)) return undefined
    const count = (this.#counts[inner] as number) + 1
    this.#counts[inner] = count
    if (array) return count + 1 > this.#bounds.items ? `an array of more than ${this.#bounds.items} elements` : undefined
    return count > this.#bounds.keys ? `an object of more than ${this.#bounds.keys} members` : undefined
  }
}

/**
 * What about a JSON text exceeds its bounds, in words; undefined if nothing does. Reads the bytes once, without parsing: every structural
 * byte is counted where it stands outside of texts, so that no text which is JSON gets by.
 */
export function findExcess(bytes: Uint8Array, bounds: JsonBounds): string | undefined {
  const parts = new OpenParts(bounds)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte === QUOTE) {
      const end = endOfText(bytes, index)
      if (end - index - 1 > bounds.string) return `a text of more than ${bounds.string} bytes`
      index = end
    } else {
      const excess = parts.read(byte)
      if (excess) return excess
    }
  }
  return undefined
}
