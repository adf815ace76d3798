import type { LoadTarget } from './load.js'
import type { BenchOptions } from './options.js'
import type { Peer } from './peers.js'
import { stop } from './processes.js'
import { connectionsOn, type Row } from './rows.js'
import type { Stage } from './stage.js'
import { validate } from './validate.js'

/** A gateway that runs on a row and has answered rightly. */
export interface Contender {
  readonly peer: Peer
  readonly pid: number
  readonly target: LoadTarget
  /** Seconds from starting the process to its first right answer. */
  readonly bootSeconds: number
  readonly collectGarbage: (() => void) | undefined
  stop(): Promise<void>
}

/** Starts a peer for a row, and checks what it does; ends it if that is wrong. */
export async function startContender(peer: Peer, row: Row, stage: Stage, { connections }: BenchOptions): Promise<Contender> {
  const begun = performance.now()
  const { child, port, collectGarbage } = await peer.start(stage.argumentsFor(row))
  const target = { row, port, connections: connectionsOn(row, connections), authorizations: stage.authorizations }
  try {
    await validate(peer.name, target, stage.upstreamPort)
  } catch (error) {
    await stop(child)
    throw error
  }
  const bootSeconds = (performance.now() - begun) / 1_000
  return { peer, pid: child.pid as number, target, bootSeconds, collectGarbage, stop: () => stop(child) }
}
