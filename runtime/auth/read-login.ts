/** A name and password as they were sent. */
export interface SentLogin {
  readonly user: string
  readonly password: string
}

const MAX_LENGTH = 1_024
const PREFIX = /^basic +/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/

/** Reads an `Authorization: Basic` value (RFC 7617 section 2), in UTF-8; undefined if it is malformed. */
export function readLogin(value: string): SentLogin | undefined {
  const encoded = value.replace(PREFIX, '')
  if (encoded.length > MAX_LENGTH || !BASE64.test(encoded)) return undefined
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64')).normalize('NFC')
  } catch {
    return undefined
  }
  const colon = text.indexOf(':')
  if (colon < 1 || CONTROL.test(text)) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
