import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { ConfigError } from '../../sdk/index.js'
import { ANY_METADATA, type ApiKeyRecordSettings, parseApiKeys } from '../../sdk/schemas/api-key-record.js'
import type { ApiKeyWriter } from './api-key-registry.js'

/** Records of API keys in a JSON file. One operator at a time: the file is read, changed and put in place whole. */
export class FileKeyWriter implements ApiKeyWriter {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async list(): Promise<readonly ApiKeyRecordSettings[]> {
    if (!existsSync(this.#path)) return []
    const parsed = parseStored(await readFile(this.#path, 'utf8'))
    if ('flaw' in parsed)
      throw new ConfigError([{ code: 'GW1604', path: [], message: `${this.#path} is no list of key records: ${parsed.flaw}` }])
    return parsed.keys
  }

  async add(record: ApiKeyRecordSettings): Promise<boolean> {
    const keys = await this.list()
    if (keys.some(({ id }) => id === record.id)) return false
    await this.#write([...keys, record])
    return true
  }

  async expire(id: string, expires: string): Promise<boolean> {
    const keys = await this.list()
    if (!keys.some((key) => key.id === id)) return false
    await this.#write(keys.map((key) => (key.id === id ? { ...key, expires } : key)))
    return true
  }

  async revoke(id: string): Promise<boolean> {
    const keys = await this.list()
    const left = keys.filter((key) => key.id !== id)
    if (left.length === keys.length) return false
    await this.#write(left)
    return true
  }

  async #write(keys: readonly ApiKeyRecordSettings[]): Promise<void> {
    // A gateway that reads meanwhile sees the old list or the new one, never half of it.
    const fresh = `${this.#path}.${process.pid}.tmp`
    await writeFile(fresh, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
    await rename(fresh, this.#path)
  }
}

function parseStored(text: string): ReturnType<typeof parseApiKeys> {
  try {
    return parseApiKeys(JSON.parse(text), ANY_METADATA)
  } catch {
    return { flaw: 'not JSON' }
  }
}
