import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'

/** Modification times are kept by a clock that ticks more slowly than `Date.now`. */
const CLOCK_TICK_MS = 10

/** Watches the folders of files, since editors replace a file rather than write into it. */
export class SourceWatcher {
  readonly #onChange: (event: string, file: string) => void
  readonly #watchers: FSWatcher[] = []
  readonly #folders = new Set<string>()
  readonly #closed = new AbortController()

  constructor(onChange: (event: string, file: string) => void) {
    this.#onChange = onChange
  }

  /** Watches the folders of these files as well; resolves when it does. A file changed since `since` (epoch ms) is reported then. */
  async add(files: readonly string[], since: number): Promise<void> {
    const fresh = files.filter((file) => !this.#folders.has(dirname(file)))
    const folders = [...new Set(fresh.map((file) => dirname(file)))]
    const { signal } = this.#closed
    if (folders.length === 0 || signal.aborted) return
    for (const folder of folders) this.#folders.add(folder)
    const watcher = watch(folders, { ignoreInitial: true, depth: 0, ignored: (path) => basename(path) === 'node_modules' })
    this.#watchers.push(watcher)
    watcher.on('all', this.#onChange)
    // A watcher that is closed before it is ready never says so.
    await once(watcher, 'ready', { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    if (signal.aborted) return
    for (const file of fresh) {
      const found = await stat(file).catch(() => undefined)
      if (found && found.mtimeMs > since - CLOCK_TICK_MS) this.#onChange('change', file)
    }
  }

  /** Ends all watching; what still waits in `add` resolves. */
  async close(): Promise<void> {
    this.#closed.abort()
    await Promise.all(this.#watchers.map((watcher) => watcher.close()))
  }
}
