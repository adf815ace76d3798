import type { Logger } from 'pino'
import type { IntrospectionSettings } from '../../sdk/policies/introspection.js'
import type { Outbound } from './outbound.js'

const MAX_BYTES = 65_536

/** What the endpoint says of a token (RFC 7662 section 2.2). */
export type IntrospectionAnswer = Readonly<Record<string, unknown>>

/** RFC 6749 section 2.3.1 has both form-encoded before they are joined. */
function basicCredential({ id, secret }: IntrospectionSettings['client']): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`, 'utf8').toString('base64')}`
}

function parseAnswer(text: string): IntrospectionAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const fits = typeof value === 'object' && value !== null && 'active' in value && typeof value.active === 'boolean'
    return fits ? (value as unknown as IntrospectionAnswer) : undefined
  } catch {
    return undefined
  }
}

/** Makes the function that asks the endpoint about a token; it resolves to undefined, and logs why, if there is no proper answer. */
export function createIntrospect(
  { endpoint, client, timeout }: IntrospectionSettings,
  outbound: Outbound,
  log: Logger,
): (token: string) => Promise<IntrospectionAnswer | undefined> {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(client.auth === 'basic' && { authorization: basicCredential(client) }),
  }
  const more = client.auth === 'post' ? { client_id: client.id, client_secret: client.secret } : {}
  return async (token) => {
    const body = new URLSearchParams({ token, token_type_hint: 'access_token', ...more }).toString()
    const fetched = await outbound.fetch({ url: endpoint, method: 'POST', headers, body, timeoutMs: timeout, maxBytes: MAX_BYTES })
    const answer = 'text' in fetched && fetched.status === 200 ? parseAnswer(fetched.text) : undefined
    if (answer) return answer
    const failure = 'failure' in fetched ? fetched.failure : `status ${fetched.status}, or no answer as in RFC 7662`
    log.warn({ endpoint, failure }, 'token introspection failed')
    return undefined
  }
}
