/** Where a definition was written: an error whose stack is formatted only when a position is asked for. */
export type Stamp = Error

/** The property that carries a definition's {@link Stamp}. */
export const STAMP: unique symbol = Symbol.for('gatewright.stamp')

/** Takes the call site of `caller`, so that load errors can point at the call in the user's file. */
export function stampOf(caller: (...args: never[]) => unknown): Stamp {
  const limit = Error.stackTraceLimit
  // One capture and not two: an error takes its stack when it is made, and then another without the frames of this function.
  Error.stackTraceLimit = 0
  const stamp = new Error('defined here')
  Error.stackTraceLimit = 4
  Error.captureStackTrace(stamp, caller)
  Error.stackTraceLimit = limit
  return stamp
}

/** Reads a definition's stamp. */
export function readStamp(value: unknown): Stamp | undefined {
  return typeof value === 'object' && value !== null && STAMP in value ? (value[STAMP] as Stamp) : undefined
}
