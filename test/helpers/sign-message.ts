import { createHash } from 'node:crypto'

/** What a message signature covers (RFC 9421): its components with their values, and its parameters as they are written. */
export interface Covered {
  readonly components: readonly (readonly [name: string, value: string])[]
  /** Such as `;created=1;keyid="a"`. */
  readonly parameters: string
}

/** The two fields of a message signature. */
export function signMessage({ components, parameters }: Covered, signer: (base: string) => Uint8Array): Record<string, string> {
  const list = `(${components.map(([name]) => `"${name}"`).join(' ')})${parameters}`
  const base = `${components.map(([name, value]) => `"${name}": ${value}\n`).join('')}"@signature-params": ${list}`
  return { 'signature-input': `sig=${list}`, signature: `sig=:${Buffer.from(signer(base)).toString('base64')}:` }
}

/** The `Content-Digest` of a body (RFC 9530). */
export const contentDigest = (body: string): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
