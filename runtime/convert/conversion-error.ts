/** Why bytes cannot be read as a format, or a value not be written in one. */
export type ConversionFault =
  /** They are not in the format, or pass a bound. */
  | 'malformed'
  /** Their charset is not known here. */
  | 'charset'
  /** A text has a character that the format cannot hold. */
  | 'text'
  /** The value has a form that the format does not know. */
  | 'shape'

/** A body that cannot be converted; the message completes “The body cannot be converted: …”. */
export class ConversionError extends Error {
  readonly fault: ConversionFault

  constructor(fault: ConversionFault, message: string) {
    super(message)
    this.name = 'ConversionError'
    this.fault = fault
  }
}
