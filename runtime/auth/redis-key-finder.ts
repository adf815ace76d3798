import type { Schema } from '../../sdk/types.js'
import { readStoredKey } from './api-key-registry.js'
import { type KeyFinder, type KnownKey, knownKey } from './known-key.js'
import type { SharedKeys } from './shared-keys.js'

/** Finds keys in the shared state, their metadata parsed by the schema of one auth. */
export class RedisKeyFinder implements KeyFinder {
  readonly #keys: SharedKeys
  readonly #metadata: Schema | undefined
  readonly #onMisfit: (digest: string) => void
  /** What records came to, by what remembers them. */
  readonly #parsed = new WeakMap<object, { readonly key: KnownKey | undefined }>()

  constructor(keys: SharedKeys, metadata: Schema | undefined, onMisfit: (digest: string) => void) {
    this.#keys = keys
    this.#metadata = metadata
    this.#onMisfit = onMisfit
  }

  find(digest: string): KnownKey | undefined | Promise<KnownKey | undefined> {
    const remembered = this.#keys.recall(digest)
    if (!remembered) return this.#keys.ask(digest).then((text) => this.#parse(digest, text))
    const known = this.#parsed.get(remembered)
    if (known) return known.key
    const key = this.#parse(digest, remembered.text)
    this.#parsed.set(remembered, { key })
    return key
  }

  #parse(digest: string, text: string | undefined): KnownKey | undefined {
    if (text === undefined) return undefined
    const record = readStoredKey(text, this.#metadata)
    if (!record) this.#onMisfit(digest)
    return record && knownKey(record)
  }
}
