import { apiKey, jwt } from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { hmac, rawToken } from '../helpers/tokens.js'

/** The time of the gateways under test, in seconds. */
export const NOW = 1_900_000_000
export const SECRET = 'a secret that is long enough for HS256'

export const claims = z.object({ sub: z.string() })
/** A key of the consumer acme, and one that nobody has. */
export const { key, id, hash } = mintApiKey()
export const unknown = mintApiKey().key

export const session = jwt({ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims })
export const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })

/** A token of `session`, good for 100 s. */
export const token = (more: object = {}) =>
  rawToken({ alg: 'HS256' }, { iss: 'hs', aud: 'api', sub: 'ann', exp: NOW + 100, ...more }, hmac(SECRET))

export const bearer = (value: string) => ['Authorization', `Bearer ${value}`]
