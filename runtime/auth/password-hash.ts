import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { PASSWORD_HASH } from '../../sdk/policies/basic.js'

/** A password at rest: how dear a guess is, the salt and the digest. */
export interface PasswordHash {
  readonly cost: { readonly ln: number; readonly r: number; readonly p: number }
  readonly salt: Buffer
  readonly digest: Buffer
}

/** 32 MiB and some 50 ms a guess. */
const COST = { ln: 15, r: 8, p: 1 } as const
const SALT_BYTES = 16
const DIGEST_BYTES = 32

/** Passwords that differ only in their Unicode form are the same (RFC 8265 section 4.2.2). */
const bytesOf = (password: string) => Buffer.from(password.normalize('NFC'), 'utf8')

function derive(password: string, { cost, salt }: Pick<PasswordHash, 'cost' | 'salt'>, length: number): Promise<Buffer> {
  const { ln, r, p } = cost
  // What scrypt needs by RFC 7914 section 2, with room for OpenSSL's own.
  const maxmem = 128 * 2 ** ln * r + 128 * r * p + 1_048_576
  return new Promise((resolve, reject) => {
    scrypt(bytesOf(password), salt, length, { N: 2 ** ln, r, p, maxmem }, (error, digest) => (error ? reject(error) : resolve(digest)))
  })
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

/** Hashes a password with a fresh salt, to PHC string format: `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const digest = await derive(password, { cost: COST, salt }, DIGEST_BYTES)
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(digest)}`
}

/** Reads a hash as {@link hashPassword} writes it; the config's schema has checked its form. */
export function parsePasswordHash(text: string): PasswordHash {
  const [, ln, r, p, salt = '', digest = ''] = PASSWORD_HASH.exec(text) ?? []
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  }
}

/** True if the password is the hashed one; takes as long if it is not. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash, hash.digest.length), hash.digest)
}
