import { type Peer, whyWithout } from './peers.js'
import { findCommand } from './processes.js'
import type { Row } from './rows.js'

/** Why a row cannot be run here, or undefined. */
export function whyNotRun(row: Row): string | undefined {
  return row.redis && findCommand('redis-server') === undefined ? 'redis-server is not installed here' : undefined
}

/** What is not in the tables, and why. */
export function emitNotes(rows: readonly Row[], peers: readonly Peer[]): string[] {
  const skipped = rows.flatMap((row) => {
    const reason = whyNotRun(row)
    return reason === undefined ? [] : [`${row.name} was not run: ${reason}`]
  })
  const absent = peers
    .filter((peer) => peer.version() === undefined)
    .map((peer) => `${peer.name} is not in the tables: it is not installed here`)
  const present = peers.filter((peer) => peer.version() !== undefined)
  const partly = present.flatMap((peer) =>
    Object.keys(peer.lacks).flatMap((reason) => {
      const names = rows.flatMap(({ name }) => (whyWithout(peer, name) === reason ? [name] : []))
      return names.length === 0 ? [] : [`${peer.name} is not in ${names.join(', ')}: ${reason}`]
    }),
  )
  return [...skipped, ...absent, ...partly]
}
