import type { Logger } from 'pino'
import { Problem } from '../../sdk/index.js'
import type { ForwardAuthSettings } from '../../sdk/policies/forward-auth.js'
import { isHeaderValue } from '../../sdk/schemas/text.js'
import { parseWith } from '../../sdk/schemas/values.js'
import { frozenCopy } from './frozen-copy.js'
import type { Outbound } from './outbound.js'

/** What a decision to let pass comes to. */
export interface Passage {
  readonly auth: object
  /** Request headers for the upstream, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>
}

const CHALLENGE = 'Bearer'

/** The refusal that the service decided on. A header that does not fit HTTP is not passed on. */
function refusal(status: number, headers: Headers, sentCredential: boolean): Problem {
  if (status === 403) return new Problem('FORBIDDEN', { detail: 'The authorization service does not permit this request.' })
  const given = headers.get('www-authenticate')
  const challenge = given !== null && given !== '' && isHeaderValue(given) ? given : CHALLENGE
  return sentCredential
    ? new Problem('INVALID_CREDENTIALS', {
        detail: 'The authorization service does not accept the credential.',
        headers: ['WWW-Authenticate', challenge],
      })
    : new Problem('UNAUTHENTICATED', { headers: ['WWW-Authenticate', challenge] })
}

function passage({ data, upstreamHeaders }: ForwardAuthSettings, headers: Headers): Passage | undefined {
  const parsed = data && parseWith(data, Object.fromEntries(headers))
  if (parsed?.success === false) return undefined
  const sent = upstreamHeaders.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value !== null && isHeaderValue(value) ? [[name, value]] : []
  })
  return { auth: frozenCopy({ kind: 'forwardAuth', data: parsed?.data }), headers: new Map(sent) }
}

/** Makes the function that asks the service; it resolves to undefined, and logs why, if the answer is no decision. */
export function createAskForwardAuth(
  settings: ForwardAuthSettings,
  outbound: Outbound,
  log: Logger,
): (shown: Readonly<Record<string, string>>) => Promise<Passage | Problem | undefined> {
  const { url, timeout, headers: credentials } = settings
  const failed = (failure: string) => {
    log.warn({ url, failure }, 'authorization service did not decide')
    return undefined
  }
  return async (shown) => {
    // What the service writes is between it and us: nothing of its body is read.
    const fetched = await outbound.fetch({ url, headers: shown, timeoutMs: timeout, maxBytes: 0 })
    if ('failure' in fetched) return failed(fetched.failure)
    const { status, headers } = fetched
    if (status === 401 || status === 403)
      return refusal(
        status,
        headers,
        credentials.some((name) => shown[name] !== undefined),
      )
    if (status < 200 || status > 299) return failed(`status ${status}`)
    return passage(settings, headers) ?? failed('its headers do not fit the `data` schema')
  }
}
