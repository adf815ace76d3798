import type { KeyObject } from 'node:crypto'
import type { JwtAlgorithm } from '../../sdk/index.js'

/** Where one issuer's keys come from. */
export interface KeySource {
  /** Grows when a key is withdrawn: what was verified before has to be verified again. */
  readonly generation: number
  /**
   * The one key for a token's `alg` and `kid`; undefined if none fits, or more than one.
   * Rejects with the problem `AUTH_UNAVAILABLE` if the keys are unknown for now, or if the token says that it is younger than
   * they are: `issuedAt` is its `iat`, in seconds since 1970.
   */
  find(algorithm: JwtAlgorithm, kid: string | undefined, issuedAt?: number): Promise<KeyObject | undefined>
  /** Whether what was verified in `generation` may still be relied on without looking at the keys again. */
  holds(generation: number): boolean
}
