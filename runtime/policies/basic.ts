import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type BasicAuth, Problem } from '../../sdk/index.js'
import { authUnavailable } from '../auth/auth-unavailable.js'
import { frozenCopy } from '../auth/frozen-copy.js'
import { isPassword, type PasswordHash, parsePasswordHash } from '../auth/password-hash.js'
import { readLogin, type SentLogin } from '../auth/read-login.js'
import { WorkQueue } from '../auth/work-queue.js'
import type { Authenticator, CompileAuth } from './compiler.js'

/** Each check fills 32 MiB and a thread that file and name look-ups need too. */
const CHECKS_AT_ONCE = 2
const CHECKS_WAITING = 64

interface KnownUser {
  readonly password: PasswordHash
  readonly auth: BasicAuth<unknown>
  /** Digest of the login that was checked last, and until when that counts. */
  checked: { readonly digest: Buffer; readonly until: number } | undefined
}

/** Compiles `basic`: a login that was checked a short while ago costs one SHA-256; any other one scrypt, a few at a time. */
export const compileBasic: CompileAuth<'basic'> = (settings, { services }) => {
  const { clock } = services
  const challenge = `Basic realm="${settings.realm}", charset="UTF-8"`
  // Of no use to whoever reads the process's memory, unlike a plain digest of a password.
  const pepper = randomBytes(32).toString('base64')
  const users = new Map<string, KnownUser>(
    settings.users.map(({ name, password, metadata }) => [
      name,
      { password: parsePasswordHash(password), auth: frozenCopy({ kind: 'basic', user: name, metadata }), checked: undefined },
    ]),
  )
  // Checked for names that do not exist, which then take as long as any other.
  const nobody = parsePasswordHash((settings.users[0] as (typeof settings.users)[number]).password)
  const queue = new WorkQueue(CHECKS_AT_ONCE, CHECKS_WAITING)
  const pending = new Map<string, Promise<BasicAuth<unknown>>>()
  const refuse = (detail: string) => new Problem('INVALID_CREDENTIALS', { detail, headers: ['WWW-Authenticate', challenge] })

  const check = async ({ user: name, password }: SentLogin, digest: Buffer): Promise<BasicAuth<unknown>> => {
    const user = users.get(name)
    const right = queue.run(() => isPassword(password, user?.password ?? nobody))
    if (!right) throw authUnavailable('Too many passwords are being checked right now.')
    if (!(await right) || !user) throw refuse('The name or the password is wrong.')
    if (settings.remember > 0) user.checked = { digest, until: clock.now() + settings.remember }
    return user.auth
  }

  const authenticator: Authenticator = {
    challenge,
    header: 'authorization',
    forward: settings.forward,
    recognises: (value) => /^basic(?: |$)/i.test(value),
    authenticate(value) {
      const login = readLogin(value)
      if (!login) throw refuse('The login is malformed.')
      const digest = hash('sha256', `${pepper}${login.user}:${login.password}`, 'buffer')
      const user = users.get(login.user)
      if (user?.checked && clock.now() < user.checked.until && timingSafeEqual(user.checked.digest, digest)) return user.auth
      const name = digest.toString('base64')
      const started = pending.get(name) ?? check(login, digest).finally(() => pending.delete(name))
      pending.set(name, started)
      return started
    },
  }
  return [authenticator]
}
