import type { Logger } from 'pino'
import { parseApiKeys } from '../../sdk/schemas/api-key-record.js'
import type { Schema } from '../../sdk/types.js'
import { type KeyFinder, type KnownKey, knownKeys } from './known-key.js'
import type { WatchedFile } from './watched-file.js'

function parseText(text: string, metadata: Schema | undefined): ReturnType<typeof parseApiKeys> {
  try {
    return parseApiKeys(JSON.parse(text), metadata)
  } catch {
    return { flaw: 'not JSON' }
  }
}

/** The keys of a watched file. What is not a valid list of records leaves the last good one in use. */
export class FileKeys implements KeyFinder {
  readonly #file: WatchedFile
  readonly #metadata: Schema | undefined
  readonly #onFlaw: (flaw: string) => void
  #keys: ReadonlyMap<string, KnownKey> = new Map()
  #version = -1

  /** @param onFlaw told why a changed file is not used; of the first version it should throw */
  constructor(file: WatchedFile, metadata: Schema | undefined, onFlaw: (flaw: string) => void) {
    this.#file = file
    this.#metadata = metadata
    this.#onFlaw = onFlaw
    this.#refresh()
  }

  find(digest: string): KnownKey | undefined {
    if (this.#version !== this.#file.version) this.#refresh()
    return this.#keys.get(digest)
  }

  #refresh(): void {
    this.#version = this.#file.version
    const parsed = parseText(this.#file.text, this.#metadata)
    if ('flaw' in parsed) this.#onFlaw(parsed.flaw)
    else this.#keys = knownKeys(parsed.keys)
  }
}

/** Tells operators that a changed key file is not used. */
export function reportFlaw(log: Logger, file: string, flaw: string): void {
  log.error({ file, flaw }, 'key file is not valid; the last good one stays in use')
}
