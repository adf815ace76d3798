import type { Logger } from 'pino'
import type { GatewaySettings } from '../../sdk/gateway.js'
import type { GatewayExchange } from '../pipeline/exchange.js'

const REDACTED = '[redacted]'
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key'])
const SECRET_PARAM = /token|secret|password|passwd|api[-_]?key|signature|^sig$|^code$|credential/i
const MAX_VALUE = 1_024

/** Controls that JSON leaves as they are, and that a terminal may obey. */
const CONTROLS = /[\x7f-\x9f]/g

/** A parameter's name as the upstream may read it. */
function decodedName(part: string): string {
  const name = part.split('=', 1)[0] as string
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function redactQuery(queryString: string, secrets: ReadonlySet<string> | undefined): string {
  const parts = queryString.split('&').map((part) => {
    const name = decodedName(part)
    return SECRET_PARAM.test(name) || secrets?.has(name) ? `${part.split('=', 1)[0]}=${REDACTED}` : part
  })
  return parts.join('&').slice(0, MAX_VALUE)
}

/** How many attempts an upstream call took; undefined where it was the one that there always is. */
function severalAttempts(call: GatewayExchange['call']): number | undefined {
  const attempts = call?.attempts ?? 1
  return attempts > 1 ? attempts : undefined
}

/** Writes one line per finished request; undefined if the access log is off. */
export type AccessLog = (exchange: GatewayExchange, status: number, durationMs: number, upstream: string | undefined) => void

/** Builds the access log. Credentials are redacted; values are cut at 1 KiB. */
export function createAccessLog(
  log: Logger,
  settings: GatewaySettings['log'],
  credentialHeaders: ReadonlySet<string>,
): AccessLog | undefined {
  if (!settings.access || settings.level === 'silent') return undefined
  const headersOf = (exchange: GatewayExchange) =>
    Object.fromEntries(
      settings.headers.flatMap((name) => {
        const value = exchange.req.headers[name]
        if (value === undefined) return []
        return [
          [
            name,
            SECRET_HEADERS.has(name) || credentialHeaders.has(name) || exchange.route?.secrets?.headers.has(name)
              ? REDACTED
              : String(value).slice(0, MAX_VALUE).replace(CONTROLS, '\ufffd'),
          ],
        ]
      }),
    )
  return (exchange, status, durationMs, upstream) => {
    const { requestId, routeId, method, path, ip, target, call, problem, cause, fallback } = exchange
    log.info(
      {
        requestId,
        route: routeId,
        method,
        path: path.length > MAX_VALUE ? path.slice(0, MAX_VALUE) : path,
        query:
          settings.query && exchange.queryString !== '' ? redactQuery(exchange.queryString, exchange.route?.secrets?.query) : undefined,
        status,
        durationMs: Math.round(durationMs * 1_000) / 1_000,
        ip,
        upstream,
        target,
        attempts: severalAttempts(call),
        problem,
        fallback,
        parts: exchange.parts,
        aborted: exchange.res.writableFinished && !exchange.req.aborted ? undefined : true,
        cause: cause === undefined ? undefined : cause instanceof Error ? cause.message : String(cause),
        headers: settings.headers.length > 0 ? headersOf(exchange) : undefined,
      },
      'request',
    )
  }
}
