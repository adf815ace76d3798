import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6

/** A new key: `key` goes to its holder and nowhere else, `id` and `hash` into the config. */
export interface MintedApiKey {
  readonly key: string
  readonly id: string
  readonly hash: string
}

function base62(value: number): string {
  let text = ''
  for (let rest = value; text.length < CHECKSUM_LENGTH; rest = Math.floor(rest / 62)) text = (DIGITS[rest % 62] as string) + text
  return text
}

/** The checksum of a key's text before it. It makes typing errors and scanners' false alarms visible without a lookup. */
const checksum = (body: string) => base62(crc32(body))

/** The digest of a key as the config stores it: `sha256:` and 64 hex digits. */
export function hashApiKey(key: string): string {
  return `sha256:${hash('sha256', key, 'hex')}`
}

/** Makes the test for keys of one prefix: `<prefix>_<32 base62>_<6 base62 CRC-32>` with the right checksum. */
export function apiKeyFormat(prefix: string): (key: string) => boolean {
  const shape = new RegExp(`^${prefix}_[0-9A-Za-z]{${SECRET_LENGTH}}_[0-9A-Za-z]{${CHECKSUM_LENGTH}}$`)
  const bodyLength = prefix.length + 1 + SECRET_LENGTH
  return (key) => shape.test(key) && checksum(key.slice(0, bodyLength)) === key.slice(bodyLength + 1)
}

/** Makes a new random key (190 bits) with its id and hash. */
export function mintApiKey(prefix = 'gw'): MintedApiKey {
  const secret = Array.from({ length: SECRET_LENGTH }, () => DIGITS[randomInt(62)]).join('')
  const body = `${prefix}_${secret}`
  const key = `${body}_${checksum(body)}`
  const digest = hashApiKey(key)
  return { key, id: `key_${digest.slice(7, 19)}`, hash: digest }
}
