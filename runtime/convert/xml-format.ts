import type { CreateFormat } from './body-format.js'
import { ConversionError } from './conversion-error.js'
import { fitShape } from './fit-shape.js'
import { readXml } from './read-xml.js'
import { shapeOf } from './value-shape.js'
import { writeXml } from './write-xml.js'

/** An XML media type (RFC 7303 section 4). */
const XML_TYPE = /^(?:application|text)\/(?:[\w.+-]+\+)?xml\s*(?:;|$)/i

/** XML ↔ JSON: elements by name, `@name` for attributes, `#text` for text beside either; every value a text. */
export const createXmlFormat: CreateFormat = ({ settings: { root, contentType }, schema, bounds }) => {
  const shape = schema && shapeOf(schema)
  const unwrap = (document: Record<string, unknown>) => {
    if (root === undefined) return document
    if (!Object.hasOwn(document, root)) throw new ConversionError('malformed', `its root element is not \`${root}\``)
    return document[root]
  }
  return {
    name: 'XML',
    mediaType: 'application/xml',
    contentType: contentType ?? 'application/xml; charset=utf-8',
    matches: (type) => XML_TYPE.test(type),
    read(bytes, type) {
      const value = unwrap(readXml(bytes, type, bounds))
      return shape ? fitShape(value, shape) : value
    },
    write: (value) => writeXml(value, root),
  }
}
