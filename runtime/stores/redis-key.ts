import { hash } from 'node:crypto'

/**
 * The Redis key for a key of any length and content: its first part, up to a NUL, stays readable and the whole is hashed,
 * so that no caller chooses a key's length, bytes or slot.
 */
export function redisKey(prefix: string, key: string): string {
  return `${prefix}:{${key.slice(0, Math.max(0, key.indexOf('\0')))}:${hash('sha256', key, 'base64url').slice(0, 22)}}`
}
