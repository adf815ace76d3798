import { timingSafeEqual } from 'node:crypto'
import type { ApiKeyAuth } from '../../sdk/index.js'
import type { ApiKeyRecordSettings } from '../../sdk/schemas/api-key-record.js'
import { frozenCopy } from './frozen-copy.js'

const HASH_PREFIX = 'sha256:'

/** A key record as requests are checked against it. */
export interface KnownKey {
  readonly digest: Buffer
  /** Epoch milliseconds. */
  readonly expires: number
  /** The same as an HTTP date; undefined if it never expires. */
  readonly expiresText: string | undefined
  readonly auth: ApiKeyAuth<unknown>
}

/** Finds keys by the hex digest of what was sent. Synchronous where nothing has to be asked. */
export interface KeyFinder {
  find(digest: string): KnownKey | undefined | Promise<KnownKey | undefined>
}

/** The digest in a record's hash, as hex. */
export function digestOf({ hash }: { readonly hash: string }): string {
  return hash.slice(HASH_PREFIX.length)
}

/** Makes the record ready to check against; its metadata is already parsed. */
export function knownKey(record: ApiKeyRecordSettings): KnownKey {
  const { id, consumer, metadata, expires } = record
  const time = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires)
  return {
    digest: Buffer.from(digestOf(record), 'hex'),
    expires: time,
    expiresText: expires === undefined ? undefined : new Date(time).toUTCString(),
    auth: frozenCopy({ kind: 'apiKey', keyId: id, consumer, metadata }),
  }
}

/** Keys that are all in memory, by digest. */
export function knownKeys(records: readonly ApiKeyRecordSettings[]): ReadonlyMap<string, KnownKey> {
  return new Map(records.map((record) => [digestOf(record), knownKey(record)]))
}

/** True if the key is the one whose digest was sent, in constant time. */
export function isKey(key: KnownKey, digest: Buffer): boolean {
  return timingSafeEqual(key.digest, digest)
}
