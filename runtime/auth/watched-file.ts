import { readFileSync, type StatWatcher, unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Resource } from '../services.js'

/** How often the file is looked at, in milliseconds. Looking works on network drives and through links that are swapped, where events do not. */
const INTERVAL = 1_000

/** A text file that is read again when it changes. */
export class WatchedFile implements Resource {
  /** What was read last. */
  text: string
  /** Goes up with every change of the text. */
  version = 0
  readonly #path: string
  readonly #onFailure: (error: Error) => void
  readonly #changed = () => void this.#read()
  readonly #watcher: StatWatcher
  readonly #first: NodeJS.Timeout

  /** Reads the file at once; throws what `fs` throws if that fails. Later failures keep the text and go to `onFailure`. */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.text = readFileSync(path, 'utf8')
    this.#path = path
    this.#onFailure = onFailure
    this.#watcher = watchFile(path, { interval: INTERVAL, persistent: false }, this.#changed)
    this.#watcher.unref()
    // What changed before the first look, which comes a moment later, would be taken for how it always was.
    this.#first = setTimeout(this.#changed, INTERVAL)
    this.#first.unref()
  }

  async #read(): Promise<void> {
    try {
      const text = await readFile(this.#path, 'utf8')
      if (text === this.text) return
      this.text = text
      this.version += 1
    } catch (error) {
      this.#onFailure(error as Error)
    }
  }

  close(): void {
    clearTimeout(this.#first)
    unwatchFile(this.#path, this.#changed)
  }
}
