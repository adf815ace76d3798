import { hash, timingSafeEqual } from 'node:crypto'
import { type ApiKeyAuth, Problem } from '../../sdk/index.js'
import { apiKeyFormat } from '../auth/api-key-format.js'
import { frozenCopy } from '../auth/frozen-copy.js'
import type { Authenticator, CompileAuth } from './compiler.js'

interface KnownKey {
  readonly digest: Buffer
  /** Epoch milliseconds. */
  readonly expires: number
  readonly auth: ApiKeyAuth<unknown>
}

const HASH_PREFIX = 'sha256:'

/** Compiles `api-key`: format and checksum first, then one digest and one comparison in constant time. */
export const compileApiKey: CompileAuth<'api-key'> = (settings, { services }) => {
  const { header, forward, prefix } = settings
  const challenge = `ApiKey header="${header}"`
  const isWellFormed = apiKeyFormat(prefix)
  const known = new Map<string, KnownKey>(
    settings.keys.map(({ id, hash: stored, consumer, metadata, expires }) => [
      stored.slice(HASH_PREFIX.length),
      {
        digest: Buffer.from(stored.slice(HASH_PREFIX.length), 'hex'),
        expires: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
        auth: frozenCopy({ kind: 'apiKey', keyId: id, consumer, metadata }),
      },
    ]),
  )
  const refuse = (detail: string) => new Problem('INVALID_CREDENTIALS', { detail, headers: ['WWW-Authenticate', challenge] })
  const authenticator: Authenticator = {
    challenge,
    header,
    forward,
    // Elsewhere than in `authorization` the whole header is this auth's own.
    recognises: (value) => (header === 'authorization' ? value.startsWith(`${prefix}_`) : value !== ''),
    authenticate(value) {
      if (!isWellFormed(value)) throw refuse('The API key is malformed.')
      const digest = hash('sha256', value, 'buffer')
      const key = known.get(digest.toString('hex'))
      if (!key || !timingSafeEqual(key.digest, digest)) throw refuse('The API key is not known.')
      if (services.clock.wall() >= key.expires) throw refuse('The API key has expired.')
      return key.auth
    },
  }
  return [authenticator]
}
