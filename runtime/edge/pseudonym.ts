import { randomBytes } from 'node:crypto'

/**
 * The name a gateway gives itself in `Via` (RFC 9110 section 7.6.3), new for each one that is started, so that gateways
 * may stand in a row and a request that returns to the same one is known.
 */
export function createPseudonym(): string {
  return `gatewright-${randomBytes(4).toString('hex')}`
}
