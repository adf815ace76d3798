import { z } from 'zod'
import { Problem } from '../../sdk/index.js'
import { duration } from '../../sdk/schemas/text.js'
import { CLOCKS_APART_MS, type Clock } from '../clock.js'
import { type RevocationEntry, revocationKey } from './revocation-list.js'

/** Longer than any token lives, and less than stores can count. */
const LONGEST_KEPT_MS = 3_650 * 86_400_000

const revocation = z
  .strictObject({
    issuer: z.string().min(1),
    jti: z.string().min(1).optional(),
    sub: z.string().min(1).optional(),
    before: z.number().int().min(0).optional(),
    keep: duration.refine((ms) => ms <= LONGEST_KEPT_MS, 'expected at most 3650d').prefault('30d'),
  })
  .refine(({ jti, sub }) => jti === undefined || sub === undefined, 'expected `jti`, `sub` or neither')

/** Beyond every `iat`: a token named by its `jti` is revoked whenever it was issued. */
const ALWAYS = Number.MAX_SAFE_INTEGER

/**
 * Reads what to revoke, as `RunningGateway.revoke` takes it, into a line of the list.
 * @throws Problem INVALID_REQUEST that says what is wrong with it
 */
export function readRevocation(given: unknown, clock: Clock): RevocationEntry {
  const read = revocation.safeParse(given)
  if (!read.success) throw new Problem('INVALID_REQUEST', { detail: z.prettifyError(read.error) })
  const { issuer, jti, sub, before = Math.floor(clock.wall() / 1_000), keep } = read.data
  // What was meant as milliseconds would end every token to come, and a revocation is not taken back.
  if (before * 1_000 > clock.wall() + CLOCKS_APART_MS)
    throw new Problem('INVALID_REQUEST', { detail: '`before` lies in the future: expected seconds since 1970.' })
  // Where the clock of this process is behind, the tokens live longer elsewhere.
  const until = clock.wall() + keep + CLOCKS_APART_MS
  if (jti !== undefined) return { key: revocationKey('jti', issuer, jti), before: ALWAYS, until }
  return { key: sub === undefined ? revocationKey('iat', issuer) : revocationKey('sub', issuer, sub), before, until }
}
