import { isUtf8 } from 'node:buffer'
import { Problem } from '../../sdk/index.js'
import type { JsonLimits } from '../../sdk/json-limits.js'
import { COLON, COMMA, endOfText, QUOTE } from '../json-text.js'

const BYTE_ORDER_MARK = 0xfeff
/** By how many levels a byte outside a text goes deeper. */
const LEVELS = new Int8Array(256)
for (const [byte, levels] of [
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
] as const)
  LEVELS[byte.charCodeAt(0)] = levels

function refuse(detail: string, message: string): Problem {
  return new Problem('INVALID_REQUEST', { detail, extensions: { errors: [{ in: 'body', path: '', message }] } })
}

/** Holds the bounds before anything is built, and counts the members of all objects. */
function countMembers(bytes: Uint8Array, { depth, values }: JsonLimits): number {
  let level = 0
  let commas = 0
  let members = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte === QUOTE) index = endOfText(bytes, index)
    else if (byte === COLON) members++
    else if (byte === COMMA) commas++
    else level += LEVELS[byte] as number
    if (level > depth) throw refuse(`The body is nested more than ${depth} levels deep.`, `nested deeper than ${depth}`)
    if (commas >= values) throw refuse(`The body has more than ${values} values.`, `more than ${values} members and elements`)
  }
  return members
}

const isParent = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Counts the members that are left after parsing; of two with one name, one is. */
function membersOf(value: object): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => (isParent(item) ? sum + membersOf(item) : sum), 0)
  let members = 0
  for (const name in value) {
    const child = (value as Readonly<Record<string, unknown>>)[name]
    if (name === '__proto__' || (name === 'constructor' && isParent(child) && Object.hasOwn(child, 'prototype')))
      throw refuse('The body has a member that reaches a prototype.', `\`${name}\` is not taken`)
    members += isParent(child) ? 1 + membersOf(child) : 1
  }
  return members
}

/**
 * Parses JSON in UTF-8 (RFC 8259), strictly: bytes that are no UTF-8 would otherwise reach the upstream as other text than was sent.
 * @throws Problem INVALID_REQUEST if it is no JSON, passes a bound, names a member twice or reaches a prototype
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (!isUtf8(bytes)) throw refuse('The body is not JSON.', 'not JSON')
  const members = countMembers(bytes, limits)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch {
    throw refuse('The body is not JSON.', 'not JSON')
  }
  if (isParent(value) && membersOf(value) !== members)
    throw refuse('The body names a member twice.', 'an object has two members of one name')
  return value
}
