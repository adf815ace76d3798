import { readFileSync } from 'node:fs'
import { readTargets } from '../../../sdk/discovery.js'
import { ConfigError } from '../../../sdk/index.js'
import type { TargetRules, TargetSettings } from '../../../sdk/target.js'
import type { Resource } from '../../services.js'
import { watchFiles } from '../../tls/watch-files.js'
import { type Feed, type FeedSink, reasonOf } from './feed.js'

/** Largest file that is read, in bytes. */
const MOST_BYTES = 1_048_576

/** Reads a file of targets again when it changes. */
export class FileFeed implements Feed {
  readonly #path: string
  readonly #rules: TargetRules
  readonly #first: readonly TargetSettings[]
  #text = ''
  #watcher: Resource | undefined

  /** @throws ConfigError GW1908 where the file cannot be used: it is part of the config */
  constructor(upstream: string, path: string, rules: TargetRules) {
    this.#path = path
    this.#rules = rules
    const targets = this.#read()
    if (typeof targets !== 'object') {
      const message = `the targets of the upstream "${upstream}" cannot be read from ${path}: ${targets ?? 'it is empty'}`
      const hint = 'give a JSON list such as ["http://10.0.0.1:4001"]; the path is from the working directory'
      throw new ConfigError([{ code: 'GW1908', path: [], message, hint }])
    }
    this.#first = targets
  }

  start(sink: FeedSink): void {
    sink.found(this.#first)
    this.#watcher = watchFiles([this.#path], () => {
      const targets = this.#read()
      if (typeof targets === 'string') sink.failed(targets)
      else if (targets) sink.found(targets)
    })
  }

  close(): void {
    void this.#watcher?.close()
  }

  /** The targets, or what is wrong with the file; undefined where its text is the one that was read last. */
  #read(): readonly TargetSettings[] | string | undefined {
    try {
      const text = readFileSync(this.#path, 'utf8')
      if (text === this.#text) return undefined
      this.#text = text
      return text.length > MOST_BYTES ? 'it is larger than 1 MiB' : readTargets(JSON.parse(text), this.#rules)
    } catch (error) {
      if (error instanceof SyntaxError) return 'it is not JSON'
      // Back with the text that it had, it is found again.
      this.#text = ''
      return reasonOf(error)
    }
  }
}
