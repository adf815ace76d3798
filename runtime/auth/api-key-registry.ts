import { Problem } from '../../sdk/index.js'
import { type ApiKeyRecordSettings, parseApiKeys } from '../../sdk/schemas/api-key-record.js'
import type { SharedState } from '../stores/shared-state.js'
import { digestOf } from './known-key.js'

/** Tells gateways the digest of a key that was changed or revoked. */
export const API_KEY_CHANNEL = 'api-keys'

/** Where the list of all ids is; the records themselves are found by digest alone. */
const INDEX = 'api-key-index\0'
/** Records have no life of their own here: a key ends when it expires or is revoked. */
const FOREVER = 100 * 365 * 86_400_000
const ATTEMPTS = 20

/** Where the record of a key is, by the hex digest of the key. */
export function apiKeyName(digest: string): string {
  return `api-key\0${digest}`
}

/** Where operators keep records of API keys. */
export interface ApiKeyWriter {
  /** Every record, in the order in which they were added. */
  list(): Promise<readonly ApiKeyRecordSettings[]>
  /** Stores a record; false if there is one with its id. */
  add(record: ApiKeyRecordSettings): Promise<boolean>
  /** Gives a record another end; false if there is none with this id. */
  expire(id: string, expires: string): Promise<boolean>
  /** Removes a record; false if there is none with this id. */
  revoke(id: string): Promise<boolean>
}

/** The records of API keys in the shared state; every change is told to the gateways. */
export class ApiKeyRegistry implements ApiKeyWriter {
  readonly #shared: SharedState

  constructor(shared: SharedState) {
    this.#shared = shared
  }

  async list(): Promise<readonly ApiKeyRecordSettings[]> {
    const index = await this.#index()
    const texts = await Promise.all([...index.values()].map((digest) => this.#shared.get(apiKeyName(digest))))
    return texts.flatMap((text) => (text === undefined ? [] : (JSON.parse(text) as ApiKeyRecordSettings)))
  }

  async add(record: ApiKeyRecordSettings): Promise<boolean> {
    const digest = digestOf(record)
    const added = await this.#change((index) => {
      if (index.has(record.id)) return false
      index.set(record.id, digest)
      return true
    })
    if (!added) return false
    await this.#shared.set(apiKeyName(digest), JSON.stringify(record), FOREVER)
    await this.#shared.publish(API_KEY_CHANNEL, digest)
    return true
  }

  async expire(id: string, expires: string): Promise<boolean> {
    const digest = (await this.#index()).get(id)
    const text = digest === undefined ? undefined : await this.#shared.get(apiKeyName(digest))
    if (digest === undefined || text === undefined) return false
    const record: ApiKeyRecordSettings = { ...(JSON.parse(text) as ApiKeyRecordSettings), expires }
    const done = await this.#shared.replace(apiKeyName(digest), text, JSON.stringify(record), FOREVER)
    await this.#shared.publish(API_KEY_CHANNEL, digest)
    return done
  }

  async revoke(id: string): Promise<boolean> {
    const digest = (await this.#index()).get(id)
    if (digest === undefined) return false
    // The record first: whatever fails after it, the key is no longer good for anything.
    await this.#shared.remove(apiKeyName(digest))
    await this.#shared.publish(API_KEY_CHANNEL, digest)
    return this.#change((index) => index.delete(id))
  }

  async #index(): Promise<Map<string, string>> {
    const text = await this.#shared.get(INDEX)
    return new Map(JSON.parse(text ?? '[]') as [string, string][])
  }

  /** Changes the index as it is at that moment, however many do so at once. */
  async #change(edit: (index: Map<string, string>) => boolean): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const before = await this.#shared.get(INDEX)
      const index = new Map(JSON.parse(before ?? '[]') as [string, string][])
      if (!edit(index)) return false
      const after = JSON.stringify([...index])
      const done =
        before === undefined
          ? (await this.#shared.setIfAbsent(INDEX, after, FOREVER)) === undefined
          : await this.#shared.replace(INDEX, before, after, FOREVER)
      if (done) return true
    }
    throw new Problem('UNAVAILABLE', { detail: 'The list of API keys is being changed by too many at once.' })
  }
}

/** Reads a stored record by the metadata schema of one auth; undefined if it does not fit. */
export function readStoredKey(text: string, metadata: Parameters<typeof parseApiKeys>[1]): ApiKeyRecordSettings | undefined {
  const parsed = parseApiKeys([JSON.parse(text)], metadata)
  return 'flaw' in parsed ? undefined : parsed.keys[0]
}
