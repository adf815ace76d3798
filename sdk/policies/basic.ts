import { z } from 'zod'
import { type Auth, bindAuth } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { parseMetadata } from '../schemas/metadata.js'
import { type Duration, duration } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'
import type { In, Out, Schema } from '../types.js'

/** A scrypt hash in PHC string format: cost (at most 256 MiB a check), salt and digest. */
export const PASSWORD_HASH = /^\$scrypt\$ln=(1[0-7]),r=([2-9]|1[0-6]),p=([1-9]|1[0-6])\$([A-Za-z0-9+/]{16,86})\$([A-Za-z0-9+/]{22,86})$/

const user = z.strictObject({
  /** Name to log in with, compared exactly after Unicode normalisation (RFC 8265); no colon. Unique. */
  name: z
    .string()
    .min(1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
    .regex(/^[^:\u0000-\u001f\u007f]+$/, 'expected a name without colons and control characters'),
  /** What `gatewright keys hash --password` prints: `$scrypt$ln=…,r=…,p=…$<salt>$<hash>`. */
  password: z.string().regex(PASSWORD_HASH, 'expected a hash made by `gatewright keys hash --password`').meta({ secret: true }),
  /** More about the user, parsed by the `metadata` schema. */
  metadata: z.unknown().optional(),
})

const options = z
  .strictObject({
    /** What the browser's dialogue shows, in Latin letters. */
    realm: z.string().regex(/^[ !#-[\]-~]+$/, 'expected printable ASCII without quotes and backslashes'),
    /** Who may log in. */
    users: z.array(user).min(1),
    /** Schema of a user's metadata; what it yields is `ctx.auth.metadata`. */
    metadata: zodSchema.optional(),
    /** How long a checked password need not be hashed again; `0s` hashes on every request. Default `5m`. */
    remember: duration.prefault('5m'),
    /** Sends the credential on to the upstream. Default false: it is stripped. */
    forward: z.boolean().default(false),
  })
  .transform((given, ctx) => {
    const fail = (path: PropertyKey[], message: string) => ctx.addIssue({ code: 'custom', path: ['users', ...path], message })
    const names = new Set<string>()
    const users = given.users.map((one, index) => {
      const name = one.name.normalize('NFC')
      if (names.has(name)) fail([index, 'name'], `another user is called "${name}"`)
      names.add(name)
      return { ...one, name, metadata: parseMetadata(given.metadata, one.metadata, (path, message) => fail([index, ...path], message)) }
    })
    return { ...given, users }
  })

/** Parsed options of {@link basic}; durations in milliseconds. */
export type BasicSettings = z.output<typeof options>

export const basicDefinition = {
  name: 'basic',
  phase: 'authenticate',
  options,
  effects: (settings: BasicSettings): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'AUTH_UNAVAILABLE'],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate (RFC 7617 section 2).', on: 'problems' },
      { name: 'Retry-After', description: 'Seconds to wait while too many passwords are being checked.', on: 'problems' },
    ],
    security: [{ scheme: 'basic', type: 'basic', description: `A name and password for ${settings.realm}.`, takes: ['basic '] }],
  }),
} as const satisfies PolicyDefinition<'basic'>

/** Someone who may log in. */
export interface BasicUser<M> {
  /** Name to log in with; no colon. Unique. */
  readonly name: string
  /** What `gatewright keys hash --password` prints. */
  readonly password: string
  readonly metadata?: M
}

/** Options of {@link basic}. */
export interface BasicOptions<M extends Schema> {
  /** What the browser's dialogue shows, in Latin letters. */
  readonly realm: string
  /** Who may log in. */
  readonly users: readonly BasicUser<In<M>>[]
  /** Schema of a user's metadata; what it yields is `ctx.auth.metadata`. */
  readonly metadata?: M
  /** How long a checked password need not be hashed again. Default `5m`. */
  readonly remember?: Duration
  /** Sends the credential on to the upstream. Default false: it is stripped. */
  readonly forward?: boolean
}

/** What a right password gives. */
export interface BasicAuth<M> {
  readonly kind: 'basic'
  readonly user: string
  readonly metadata: M
}

/**
 * Requires a name and password (RFC 7617), kept as scrypt hashes (RFC 7914). Put a `rateLimit({ by: ip, … })` beside it: scrypt makes
 * a guess dear, and a limit makes guesses few.
 */
export function basic<M extends Schema = Schema<undefined, undefined>>(given: BasicOptions<M>): Auth<BasicAuth<Out<M>>> {
  return bindAuth(basicDefinition, given, basic)
}
