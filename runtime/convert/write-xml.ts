import { XMLBuilder } from 'fast-xml-parser'
import { XML_NAME } from '../../sdk/convert.js'
import { ConversionError } from './conversion-error.js'
import { escapeText, TEXT } from './xml-text.js'

/** Deeper values than any schema asks for; a value that holds itself ends here. */
const DEEPEST = 1_000

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/** An element as the builder takes it: texts, lists of elements of one name, and objects of both. */
type Element = string | { readonly [name: string]: Element | readonly Element[] }

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: TEXT,
  processEntities: false,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  maxNestedTags: DEEPEST + 1,
})

const wrong = (message: string) => new ConversionError('shape', message)
const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined
const isMembers = (value: unknown): value is object => typeof value === 'object' && value !== null && !(value instanceof Date)

function textOf(value: unknown, at: string): string {
  if (isMembers(value) || typeof value === 'function' || typeof value === 'symbol') throw wrong(`\`${at}\` is no plain value`)
  return escapeText(value instanceof Date ? value.toISOString() : String(value), at.startsWith('@'))
}

/** Attributes, texts and elements go by names of their own kinds. */
function checkName(name: string): void {
  const bare = name.startsWith('@') ? name.slice(1) : name
  if (name !== TEXT && !XML_NAME.test(bare)) throw wrong(`${JSON.stringify(name)} is no name that XML has`)
}

function memberOf(value: unknown, name: string, depth: number): Element | readonly Element[] {
  if (name === TEXT || name.startsWith('@')) return textOf(value, name)
  if (!Array.isArray(value)) return elementOf(value, name, depth)
  return value.filter((item) => !isAbsent(item)).map((item) => elementOf(item, name, depth))
}

function elementOf(value: unknown, name: string, depth: number): Element {
  if (Array.isArray(value)) throw wrong(`\`${name}\` is a list in a list`)
  if (!isMembers(value)) return textOf(value, name)
  if (depth > DEEPEST) throw wrong(`nested more than ${DEEPEST} levels deep`)
  // Without a prototype, so that no name reaches one.
  const element: Record<string, Element | readonly Element[]> = Object.create(null)
  for (const [key, member] of Object.entries(value)) {
    if (isAbsent(member)) continue
    checkName(key)
    element[key] = memberOf(member, key, depth + 1)
  }
  return element
}

/** The one member of a value that is a whole document. */
function rootOf(value: unknown): readonly [string, unknown] {
  const members = isMembers(value) && !Array.isArray(value) ? Object.entries(value).filter(([, member]) => !isAbsent(member)) : []
  const [first] = members
  if (!first || members.length > 1 || Array.isArray(first[1])) throw wrong('an XML document has one root element')
  return first
}

/**
 * Writes a value as an XML 1.0 document in UTF-8: the root is `root`, or the value's one member. Absent and null members are left out.
 * @throws ConversionError if XML cannot hold the value
 */
export function writeXml(value: unknown, root: string | undefined): Buffer {
  const [name, content] = root === undefined ? rootOf(value) : [root, value]
  if (!XML_NAME.test(name)) throw wrong(`${JSON.stringify(name)} is no name of an element`)
  return Buffer.from(DECLARATION + builder.build({ [name]: isAbsent(content) ? '' : elementOf(content, name, 1) }))
}
