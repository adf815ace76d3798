import { type BigIntStats, type Stats, unwatchFile, watchFile } from 'node:fs'
import type { Resource } from '../services.js'

/** How often files are looked at, in milliseconds. Looking works on network drives and through links that are swapped, where events do not. */
const INTERVAL = 1_000

/** Calls `changed` after any of the files may have become another. */
export function watchFiles(paths: readonly string[], changed: () => void): Resource {
  const onStat = (_now: Stats | BigIntStats, _before: Stats | BigIntStats) => changed()
  for (const path of paths) watchFile(path, { interval: INTERVAL, persistent: false }, onStat).unref()
  // What changed before the first look, which comes a moment later, would be taken for how it always was.
  const first = setTimeout(changed, INTERVAL)
  first.unref()
  return {
    close() {
      clearTimeout(first)
      for (const path of paths) unwatchFile(path, onStat)
    },
  }
}
