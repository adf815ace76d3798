import type { KeyObject } from 'node:crypto'
import type { JwtAlgorithm } from '../../sdk/index.js'
import { fitsAlgorithm } from './fits-algorithm.js'
import type { VerificationKey } from './parse-key-set.js'

/** RFC 9864 gives EdDSA with this curve a name of its own; key sets carry either. */
const sameAlgorithm = (named: string, algorithm: JwtAlgorithm) => named === algorithm || (named === 'Ed25519' && algorithm === 'EdDSA')

/** The only key that fits; none if several do, since a token that does not say which key signed it proves too little. */
export function selectKey(keys: readonly VerificationKey[], algorithm: JwtAlgorithm, kid: string | undefined): KeyObject | undefined {
  const fitting = keys.filter(
    (entry) =>
      (kid === undefined || entry.kid === kid) &&
      (entry.algorithm === undefined || sameAlgorithm(entry.algorithm, algorithm)) &&
      fitsAlgorithm(entry.key, algorithm),
  )
  return fitting.length === 1 ? fitting[0]?.key : undefined
}
