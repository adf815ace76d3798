/** The part of a name that an RFC 9651 string can hold. */
export const printable = (name: string): string => name.replace(/[^\x20-\x7e]/gu, '_')

/** A name as an RFC 9651 string (section 3.3.3). */
export const labelOf = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`

/** Milliseconds in whole seconds, rounded up. */
export const seconds = (ms: number): number => Math.ceil(ms / 1_000)
