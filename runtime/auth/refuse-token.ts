import { Problem } from '../../sdk/index.js'

/** Why a token is refused: one constant sentence per class, with nothing of the token or the keys in it. */
const FLAWS = {
  malformed: 'The token is malformed.',
  issuer: 'The token is from an issuer that is not accepted here.',
  algorithm: 'The token is signed with an algorithm that is not accepted.',
  key: 'The token is signed with an unknown key.',
  signature: 'The signature of the token is wrong.',
  type: 'The token is not of the accepted type.',
  audience: 'The token is for another audience.',
  expired: 'The token has expired.',
  inactive: 'The token is not active.',
  premature: 'The token is not valid yet.',
  revoked: 'The token has been revoked.',
  claims: 'The claims of the token are not the expected ones.',
} as const

/** A class of reasons to refuse a token. */
export type TokenFlaw = keyof typeof FLAWS

/** The challenge for a token in `header` (RFC 6750 section 3); other headers than `authorization` are named in it. */
export function tokenChallenge(header: string): string {
  return header === 'authorization' ? 'Bearer' : `Bearer header="${header}"`
}

/** The 401 for a token that was sent and does not hold (RFC 6750 section 3.1). */
export function refuseToken(flaw: TokenFlaw, header: string, cause?: unknown): Problem {
  const challenge = tokenChallenge(header)
  const value = `${challenge}${challenge === 'Bearer' ? ' ' : ', '}error="invalid_token", error_description="${FLAWS[flaw]}"`
  return new Problem('INVALID_CREDENTIALS', { detail: FLAWS[flaw], headers: ['WWW-Authenticate', value], cause })
}
