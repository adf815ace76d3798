import { z } from 'zod'
import type { Schema } from '../types.js'
import { type Fail, parseMetadata } from './metadata.js'

/** One known key, as the config, a file or Redis holds it. */
export const apiKeyRecord = z.strictObject({
  /** Names the key in logs; unique. */
  id: z.string().min(1),
  /** `sha256:` and the hex digest of the whole key; the key itself is never stored. */
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected "sha256:" and 64 hex digits'),
  /** Who calls with it. Two keys of one consumer overlap while one replaces the other. */
  consumer: z.string().min(1),
  /** More about the key's holder, parsed by the `metadata` schema. */
  metadata: z.unknown().optional(),
  /** ISO 8601 time after which it is refused; until then its responses carry `Api-Key-Expires`. */
  expires: z.iso.datetime({ offset: true }).optional(),
})

/** Takes metadata as it is, for those who do not have the config with its schema. */
export const ANY_METADATA: Schema = z.unknown()

/** A key record whose `metadata` the schema has parsed. */
export type ApiKeyRecordSettings = z.output<typeof apiKeyRecord>

/** Checks that ids and hashes are unique, and parses each key's metadata; what is wrong goes to `fail`, by path from the list. */
export function checkApiKeys(keys: readonly ApiKeyRecordSettings[], metadata: Schema | undefined, fail: Fail): ApiKeyRecordSettings[] {
  const ids = new Set<string>()
  const hashes = new Set<string>()
  return keys.map((key, index) => {
    if (ids.has(key.id)) fail([index, 'id'], `another key has the id "${key.id}"`)
    if (hashes.has(key.hash)) fail([index, 'hash'], 'another key has the same hash')
    ids.add(key.id)
    hashes.add(key.hash)
    return { ...key, metadata: parseMetadata(metadata, key.metadata, (path, message) => fail([index, ...path], message)) }
  })
}

/** Parses a list of records from outside the config; the first thing that is wrong is the `flaw`. */
export function parseApiKeys(
  given: unknown,
  metadata: Schema | undefined,
): { readonly keys: readonly ApiKeyRecordSettings[] } | { readonly flaw: string } {
  const flaws: string[] = []
  const fail: Fail = (path, message) => flaws.push(path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message)
  const parsed = z.array(apiKeyRecord).safeParse(given)
  for (const { path, message } of parsed.error?.issues ?? []) fail(path, message)
  const keys = checkApiKeys(parsed.data ?? [], metadata, fail)
  return flaws.length > 0 ? { flaw: flaws[0] as string } : { keys }
}
