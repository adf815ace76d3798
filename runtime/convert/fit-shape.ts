import type { ValueShape } from './value-shape.js'
import { TEXT } from './xml-text.js'

type Members = Record<string, unknown>

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Gives each element its place: those that the schema has as a list are one, whatever their number. */
function fitMembers(object: Members, shape: ValueShape): Members {
  for (const name of Object.keys(object)) {
    const member = shape.members.get(name) ?? shape.values
    if (member) object[name] = fitShape(object[name], member)
  }
  for (const name of shape.lists) if (!Object.hasOwn(object, name)) object[name] = []
  return object
}

/** What an element with text alone is where the schema has an object: white space between tags is no text. */
function wrapText(text: string, shape: ValueShape): Members {
  return text.trim() === '' && !shape.members.has(TEXT) ? {} : { [TEXT]: text }
}

const hasElements = (object: Members) => Object.keys(object).some((name) => name !== TEXT && !name.startsWith('@'))

/**
 * Makes of a value that was read from XML, where every element looks alike, what its schema has at each place: lists of single elements and of none,
 * objects of empty elements, texts of elements with attributes. Objects change in place.
 */
export function fitShape(value: unknown, shape: ValueShape): unknown {
  if (shape.list) {
    const list = Array.isArray(value) ? value : [value]
    const { item } = shape
    return item ? list.map((element) => fitShape(element, item)) : list
  }
  if (Array.isArray(value)) return value
  if (shape.object) return fitMembers(isObject(value) ? value : wrapText(String(value), shape), shape)
  if (!isObject(value)) return value
  if (shape.plain) return hasElements(value) ? value : (value[TEXT] ?? '')
  return fitMembers(value, shape)
}
