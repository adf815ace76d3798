import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { JsonLimits } from '../../sdk/json-limits.js'
import { ConversionError } from './conversion-error.js'
import { charsetOf, decodeText } from './decode-text.js'
import { fitsXml } from './fits-xml.js'
import { resolveReferences, TEXT } from './xml-text.js'

const ATTRIBUTES = ':@'
const REFUSED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** One node as the parser keeps it: its name with its children, and its attributes. */
type XmlNode = Readonly<Record<string, unknown>>

const malformed = (message: string) => new ConversionError('malformed', message)

const refuseDtd = () => {
  throw malformed('it has a document type declaration, which is never read')
}

/** Resolves what can stand in a document without a DTD; the parser hands over the entities of a DTD before it uses them. */
const decoder = { decode: resolveReferences, addInputEntities: refuseDtd, setExternalEntities() {}, setXmlVersion() {}, reset() {} }

/** Counts elements and attributes while they are read, so that a bound holds before there are more. */
function counter({ values }: JsonLimits) {
  let count = 0
  return (name: string, _path: unknown, attributes: XmlNode | undefined) => {
    if (name.startsWith('!')) refuseDtd()
    if (REFUSED_NAMES.has(name)) throw malformed(`an element is called \`${name}\``)
    count += 1 + (attributes ? Object.keys(attributes).length : 0)
    if (count > values) throw malformed(`more than ${values} elements and attributes`)
    return true
  }
}

function parse(text: string, bounds: JsonLimits): readonly XmlNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    textNodeName: TEXT,
    trimValues: false,
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    jPath: false,
    maxNestedTags: bounds.depth,
    onDangerousProperty: (name: string) => name,
    entityDecoder: decoder as never,
    updateTag: counter(bounds) as never,
  })
  try {
    return parser.parse(text) as readonly XmlNode[]
  } catch (error) {
    if (error instanceof ConversionError) throw error
    throw malformed(/nested/i.test(String(error)) ? `nested more than ${bounds.depth} levels deep` : 'it is not well-formed')
  }
}

function add(object: Record<string, unknown>, name: string, value: unknown): void {
  const before = object[name]
  if (!Object.hasOwn(object, name)) object[name] = value
  else if (Array.isArray(before)) before.push(value)
  else object[name] = [before, value]
}

/** What an element comes to: its text, or an object with its attributes, elements and text. */
function contentOf(children: readonly XmlNode[], attributes: XmlNode | undefined, depth: number): unknown {
  if (depth < 0) throw malformed('nested too deep')
  const object: Record<string, unknown> = { ...attributes }
  let text = ''
  let hasElements = false
  for (const node of children) {
    const name = Object.keys(node)[0] as string
    if (name === TEXT) text += node[TEXT]
    else {
      hasElements = true
      add(object, name, contentOf(node[name] as readonly XmlNode[], node[ATTRIBUTES] as XmlNode | undefined, depth - 1))
    }
  }
  if (!hasElements && attributes === undefined) return text
  // White space alone is the layout of the document.
  const kept = hasElements ? text.trim() : text
  if (kept.trim() !== '') object[TEXT] = kept
  return object
}

/** The encoding that an XML declaration names; where it can be read at all, its letters are those of ASCII. */
function declaredIn(bytes: Buffer): string | undefined {
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 256))?.[1]
}

/**
 * Reads an XML 1.0 document: an object with the root as its one member. The charset is that of the byte order mark, else of the media type, else of the
 * XML declaration, else UTF-8 (RFC 7303 section 3).
 * @throws ConversionError if it is not well-formed, has a DTD or passes a bound
 */
export function readXml(bytes: Buffer, contentType: string, bounds: JsonLimits): Record<string, unknown> {
  const text = decodeText(bytes, charsetOf(contentType) ?? declaredIn(bytes))
  if (!fitsXml(text)) throw malformed('it has a character that XML does not have')
  if (!text.trimEnd().endsWith('>')) throw malformed('it does not end with its root element')
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw malformed(`not well-formed at line ${valid.err.line}`)
  const roots = parse(text, bounds).filter((node) => !(TEXT in node))
  if (roots.length !== 1) throw malformed('it has no root element')
  return contentOf(roots, undefined, bounds.depth) as Record<string, unknown>
}
