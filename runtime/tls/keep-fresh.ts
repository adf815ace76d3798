import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { ConfigError } from '../../sdk/index.js'
import type { Resource, Services } from '../services.js'
import { watchFiles } from './watch-files.js'

/** Certificate files in use, and what becomes of new ones. */
export interface FreshOptions<T> {
  /** Whose they are, for the log and the metrics: the listener's or an upstream's. */
  readonly owner: { readonly which: 'listener' | 'upstream'; readonly name: string }
  readonly files: readonly string[]
  /** Reads and checks the files; throws where they cannot be used. */
  read(): T
  /** Takes what is good. */
  use(material: T): void
  readonly log: Logger
  readonly count: Services['count']
}

const reasonOf = (error: unknown) => (error instanceof ConfigError ? error.issues[0]?.message : String(error))

function textsOf(files: readonly string[]): string | undefined {
  try {
    return files.map((file) => readFileSync(file, 'utf8')).join('\0')
  } catch {
    return undefined
  }
}

/** Reads certificate files again when they change. What cannot be used is logged and counted, and leaves the last good one in use. */
export function keepFresh<T>({ owner, files, read, use, log, count }: FreshOptions<T>): Resource {
  let known = textsOf(files)
  return watchFiles(files, () => {
    const texts = textsOf(files)
    // Of a certificate and a key that are written one after the other, the second brings both.
    if (texts === known) return
    known = texts
    try {
      use(read())
    } catch (error) {
      count('gatewright_certificate_reloads_total', { ...owner, outcome: 'failed' })
      log.error({ ...owner, reason: reasonOf(error) }, 'changed certificate files cannot be used; the last good ones stay in use')
      return
    }
    count('gatewright_certificate_reloads_total', { ...owner, outcome: 'ok' })
    log.info(owner, 'changed certificate files are in use')
  })
}
