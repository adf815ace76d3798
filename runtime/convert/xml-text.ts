import { ConversionError } from './conversion-error.js'
import { fitsXml } from './fits-xml.js'

/** The member that holds an element's text where it has attributes or elements too. */
export const TEXT = '#text'

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** A reference, or an ampersand that begins none. */
const REFERENCE = /&(?:#x([\da-fA-F]{1,6});|#(\d{1,7});|(\w+);|)/g

function referenced(whole: string, hex: string | undefined, decimal: string | undefined, name: string | undefined): string {
  if (name !== undefined && Object.hasOwn(NAMED, name)) return NAMED[name] as string
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  const character = code <= 0x10_ff_ff ? String.fromCodePoint(code) : '\0'
  if (fitsXml(character)) return character
  throw new ConversionError('malformed', `\`${whole.slice(0, 40)}\` stands for nothing`)
}

/**
 * Resolves references to characters and to the five entities that every document has (XML 1.0 sections 4.1 and 4.6).
 * @throws ConversionError for any other: there is no DTD that could declare it
 */
export function resolveReferences(text: string): string {
  return text.includes('&') ? text.replace(REFERENCE, referenced) : text
}

/**
 * Writes a text between tags or quotes; line ends that a parser would change are written as references (XML 1.0 sections 2.11 and 3.3.3).
 * Quotes are the builder's to write.
 */
export function escapeText(text: string, inAttribute: boolean): string {
  if (!fitsXml(text)) throw new ConversionError('text', 'a text has a character that XML does not have')
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')
  return inAttribute ? escaped.replaceAll('\n', '&#10;').replaceAll('\t', '&#9;') : escaped
}
