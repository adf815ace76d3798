/** An RFC 9651 string (section 3.3.3) as a whole field value. */
const STRING = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
/** What clients send bare, such as a UUID: visible ASCII without what would make a list or a string of it. */
const BARE = /^[\x21\x23-\x2b\x2d-\x7e]+$/
const LONGEST = 255

/**
 * The value of an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header section 2.1): a structured-field string, or, as most clients
 * send it, the same without quotes; both mean one key. Undefined for anything else, and for more than 255 characters.
 */
export function readIdempotencyKey(value: string): string | undefined {
  const quoted = STRING.exec(value)
  const key = quoted ? (quoted[1] as string).replace(/\\(["\\])/g, '$1') : BARE.test(value) ? value : ''
  return key.length > 0 && key.length <= LONGEST ? key : undefined
}
