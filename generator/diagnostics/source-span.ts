import type { SourcePosition } from '../../sdk/config-error.js'

/** A run of characters on one line of a source file. */
export interface SourceSpan extends SourcePosition {
  /** How many characters, at least 1. */
  readonly length: number
}

/** A position as a span; parsers give spans, stacks give positions. */
export function toSpan(position: SourcePosition): SourceSpan {
  return { ...position, length: 'length' in position && typeof position.length === 'number' ? position.length : 1 }
}
