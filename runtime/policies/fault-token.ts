import { createHmac, timingSafeEqual } from 'node:crypto'

/** A token that would be good for longer than this is no token: what leaks must not stay dangerous. */
const LONGEST_MS = 3_600_000

const signatureOf = (expires: string, secret: string) => createHmac('sha256', secret).update(`fault.${expires}`).digest('base64url')

/**
 * Makes a token that lets `faultInjection` hit the request that carries it, in production too.
 * @param expires when it ceases to hold, at most an hour ahead, in milliseconds since 1970
 */
export function signFaultToken(secret: string, expires: number): string {
  return `${expires}.${signatureOf(String(expires), secret)}`
}

/** True for a token by {@link signFaultToken} that still holds. */
export function isFaultToken(token: string, secret: string, now: number): boolean {
  const match = /^(\d{1,15})\.([\w-]{43})$/.exec(token)
  if (!match) return false
  const expires = Number(match[1])
  if (expires <= now || expires > now + LONGEST_MS) return false
  return timingSafeEqual(Buffer.from(match[2] as string), Buffer.from(signatureOf(match[1] as string, secret)))
}
