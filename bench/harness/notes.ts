import { type Peer, whyWithout } from './peers.js'
import type { Row } from './rows.js'
import type { Stage } from './stage.js'

/** Why a row cannot be run here, or undefined. */
export function whyNotRun(row: Row, { redisUrl }: Stage): string | undefined {
  return row.redis && redisUrl === undefined ? 'redis-server is not installed here' : undefined
}

/** What is not in the tables, and why. */
export function emitNotes(rows: readonly Row[], peers: readonly Peer[], stage: Stage): string[] {
  const skipped = rows.flatMap((row) => {
    const reason = whyNotRun(row, stage)
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
