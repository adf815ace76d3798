import { type BigIntStats, type Stats, unwatchFile, watchFile } from 'node:fs'
import type { Resource } from '../services.js'

/** How often files are looked at, in milliseconds. Looking works on network drives and through links that are swapped, where events do not. */
const INTERVAL = 1_000

/** Calls `changed` after any of the files became another. */
export function watchFiles(paths: readonly string[], changed: () => void): Resource {
  const onStat = (_now: Stats | BigIntStats, _before: Stats | BigIntStats) => changed()
  for (const path of paths) watchFile(path, { interval: INTERVAL, persistent: false }, onStat).unref()
  return {
    close() {
      for (const path of paths) unwatchFile(path, onStat)
    },
  }
}
