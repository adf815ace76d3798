import { Problem } from '../../sdk/index.js'

/** Why a shared store took no decision: no connection, no reply in time, a pause after several of those, or an unfit reply. */
export type FailureReason = 'offline' | 'timeout' | 'paused' | 'reply'

/** What a shared store rejects with; 503 if nobody catches it. */
export class StoreFailure extends Problem {
  readonly reason: FailureReason

  constructor(reason: FailureReason, cause?: unknown) {
    super('UNAVAILABLE', cause === undefined ? {} : { cause })
    this.reason = reason
  }
}
