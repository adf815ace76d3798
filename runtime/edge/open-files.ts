import { readFileSync } from 'node:fs'

/** File descriptors that are kept for all but connections: the program's own files, the listeners, the log, Redis, name servers. */
const RESERVED = 64

/** How many files and sockets this process may have open at once; undefined where the system does not tell, as Linux does in proc(5). */
export function openFileLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return found ? Number(found[1]) : undefined
  } catch {
    return undefined
  }
}

/** How many of the wanted client connections there are descriptors for, where each may need one more to an upstream. */
export function connectionsThatFit(wanted: number, openFiles: number | undefined): number {
  return openFiles === undefined ? wanted : Math.max(1, Math.min(wanted, Math.floor((openFiles - RESERVED) / 2)))
}

/** What to say at start where clearly fewer connections fit than the config allows; undefined where nine in ten do. */
export function openFilesWarning(wanted: number, openFiles: number | undefined): string | undefined {
  const fitting = connectionsThatFit(wanted, openFiles)
  if (fitting >= 0.9 * wanted) return undefined
  return `this process may have ${openFiles} files open (ulimit -n): ${fitting} client connections are held, not ${wanted} as in server.limits.connections`
}
