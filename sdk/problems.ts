/** One row of the problem table: what callers may rely on. */
export interface ProblemType {
  readonly status: number
  readonly title: string
  /** What happened and what the caller can do; the text of the code's page in the documentation. */
  readonly explain: string
  /** The URI of a registered type; default: made from the code, after the gateway's own base. */
  readonly type?: string
}

/** The problem type of draft-ietf-httpapi-ratelimit-headers for whoever has used up a quota. */
const QUOTA_EXCEEDED_TYPE = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

const problem = <S extends number>(status: S, title: string, explain: string): ProblemType & { readonly status: S } => ({
  status,
  title,
  explain,
})

/**
 * Every error a gateway may answer, as RFC 9457 problem types. Codes are append-only.
 */
export const PROBLEMS = {
  BAD_REQUEST: problem(
    400,
    'Bad request',
    'The request line, a header or the framing breaks HTTP/1.1 (RFC 9112), or the target would mean something else to a second parser. Send a canonical request.',
  ),
  INVALID_REQUEST: problem(
    400,
    'Invalid request',
    'A path parameter, query parameter, header or the body does not match the route’s schema. `errors` lists each field.',
  ),
  UNAUTHENTICATED: problem(401, 'Unauthenticated', 'The route needs a credential and none was sent. `WWW-Authenticate` names the schemes.'),
  INVALID_CREDENTIALS: problem(
    401,
    'Invalid credentials',
    'A credential was sent and is malformed, expired, revoked, or signed by an unknown key. Obtain a new one.',
  ),
  FORBIDDEN: problem(403, 'Forbidden', 'The credential is valid but does not permit this operation.'),
  ORIGIN_NOT_ALLOWED: problem(
    403,
    'Origin not allowed',
    'The route lets only pages of certain origins open a WebSocket, and `Origin` names another (RFC 6455 section 10.2).',
  ),
  INSUFFICIENT_SCOPE: problem(
    403,
    'Insufficient scope',
    'The token is valid but lacks a scope that this operation needs; `WWW-Authenticate` names them (RFC 6750 section 3.1). Obtain a token with these scopes.',
  ),
  NOT_FOUND: problem(404, 'Not found', 'No route of the gateway matches this method, host and path.'),
  METHOD_NOT_ALLOWED: problem(405, 'Method not allowed', 'The path exists with other methods; `Allow` lists them.'),
  REQUEST_TIMEOUT: problem(408, 'Request timeout', 'The request did not arrive in time. Send it again, faster.'),
  PAYLOAD_TOO_LARGE: problem(413, 'Payload too large', 'The body exceeds the route’s limit.'),
  URI_TOO_LONG: problem(414, 'URI too long', 'The request target exceeds the gateway’s limit.'),
  UNSUPPORTED_MEDIA_TYPE: problem(415, 'Unsupported media type', 'The body’s media type or content coding is not one the route can read.'),
  EXPECTATION_FAILED: problem(417, 'Expectation failed', 'Only `Expect: 100-continue` is understood.'),
  RATE_LIMITED: {
    ...problem(
      429,
      'Too many requests',
      'The caller’s own limit is used up; `violated-policies` names it. `Retry-After` says after how many seconds a request will be admitted.',
    ),
    type: QUOTA_EXCEEDED_TYPE,
  },
  QUOTA_EXCEEDED: {
    ...problem(
      429,
      'Quota exceeded',
      'The caller’s quota for this hour, day, week, month or year is used up; `violated-policies` names it. `Retry-After` says after how many seconds the next one begins.',
    ),
    type: QUOTA_EXCEEDED_TYPE,
  },
  TOO_MANY_CONNECTIONS: problem(
    429,
    'Too many connections',
    'The caller has as many WebSocket connections to this route as it may have at once. Close one, or try again later.',
  ),
  HEADERS_TOO_LARGE: problem(
    431,
    'Request header fields too large',
    'The request has more or larger header fields than the gateway accepts.',
  ),
  INTERNAL: problem(500, 'Internal error', 'The gateway failed in an unexpected way. Report the request id.'),
  UPSTREAM_UNREACHABLE: problem(502, 'Upstream unreachable', 'No connection to the upstream could be opened.'),
  UPSTREAM_RESET: problem(502, 'Upstream closed the connection', 'The upstream ended the connection before its response was complete.'),
  UPSTREAM_INVALID_RESPONSE: problem(
    502,
    'Invalid upstream response',
    'The upstream’s response breaks HTTP/1.1 or does not match what the route expects of it.',
  ),
  NO_HEALTHY_TARGET: problem(503, 'No healthy target', 'Every target of the upstream fails its health check. Try again later.'),
  UNAVAILABLE: problem(
    503,
    'Service unavailable',
    'The gateway cannot decide or serve right now, for example because its shared store is down or it is stopping. Try again later.',
  ),
  AUTH_UNAVAILABLE: problem(
    503,
    'Authentication unavailable',
    'What is needed to check the credential, such as keys or the service that knows it, cannot be reached. Try again later.',
  ),
  UPSTREAM_TIMED_OUT: problem(504, 'Upstream timed out', 'The upstream did not answer within the route’s timeouts.'),
  ADDRESS_NOT_ALLOWED: problem(403, 'Address not allowed', 'The route takes no requests from the client’s address.'),
  CLIENT_NOT_ALLOWED: problem(
    403,
    'Client not allowed',
    'The route takes no requests from programs that name themselves so in `User-Agent`.',
  ),
  CROSS_SITE_REQUEST: problem(
    403,
    'Cross-site request',
    'A page of another site made the browser send this request (W3C Fetch Metadata). Send it from a page of the same site.',
  ),
  OUTSIDE_HOURS: problem(403, 'Outside hours', 'The operation is permitted only at certain hours; `detail` names them.'),
  BODY_TOO_COMPLEX: problem(
    400,
    'Body too complex',
    'The JSON body is nested deeper, or has more members, more elements or longer texts, than the route takes; `detail` says which.',
  ),
  CONCURRENCY_LIMITED: problem(
    429,
    'Too many requests at a time',
    'The caller has as many requests in flight as it may have at once. Wait until one is answered.',
  ),
  OVERLOADED: problem(503, 'Overloaded', 'The gateway has more work than it can do in time and refuses a part of it. Try again later.'),
  MAINTENANCE: problem(503, 'Under maintenance', 'The operation is closed for a time. `Retry-After` says for how many seconds.'),
  GONE: problem(
    410,
    'Gone',
    'The deprecated operation is over, or off for a while to remind its callers that it will be. `Link` names its successor, if there is one.',
  ),
  IDEMPOTENCY_KEY_INVALID: problem(
    400,
    'Idempotency key missing or malformed',
    'The operation needs an `Idempotency-Key` header: 1 to 255 visible ASCII characters without commas, or an RFC 9651 string. Send a fresh UUID for each operation, and the same one again with a retry.',
  ),
  IDEMPOTENCY_IN_FLIGHT: problem(
    409,
    'Request in progress',
    'A request with the same idempotency key has not been answered yet. Send it again after `Retry-After` seconds to get its response.',
  ),
  IDEMPOTENCY_MISMATCH: problem(
    422,
    'Idempotency key reused',
    'The idempotency key was used before for a request with another method, path, query or body. Use a fresh key for each operation.',
  ),
  NOT_CACHED: problem(
    504,
    'Not in the cache',
    'The request said `only-if-cached`, and there is no stored response that fits it. Leave the directive out to have it fetched (RFC 9111 section 5.2.1.7).',
  ),
  LOOP_DETECTED: problem(
    508,
    'Loop detected',
    'The request has been through this gateway already: `Via` names it (RFC 9110 section 7.6.3). An upstream leads back to the gateway.',
  ),
  CIRCUIT_OPEN: problem(
    503,
    'Circuit open',
    'The upstream failed too often and is left alone for a while. `Retry-After` says after how many seconds it is tried again.',
  ),
  UPSTREAM_BUSY: problem(
    503,
    'Upstream busy',
    'The upstream has as many requests in flight as it may have, and no place in the queue came free in time. Try again after `Retry-After` seconds.',
  ),
  UNKNOWN_VERSION: problem(
    400,
    'Unknown version',
    'The operation has versions, and the request names none of them, or must name one and does not; `versions` lists those that there are.',
  ),
} as const satisfies Record<string, ProblemType>

/** A code of the problem table. */
export type ProblemCode = keyof typeof PROBLEMS

/** The `type` of a problem (RFC 9457 section 3.1.1): a registered one, or the code after `base`. */
export function problemTypeOf(code: ProblemCode, base: string): string {
  const row: ProblemType = PROBLEMS[code]
  return row.type ?? base + code.toLowerCase().replaceAll('_', '-')
}

/** The body of an `application/problem+json` response (RFC 9457 section 3), with this gateway's members. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail?: string
  /** `urn:request:<request id>`. */
  readonly instance?: string
  readonly [extension: string]: unknown
}

/** What one occurrence adds to its problem type. */
export interface ProblemInit {
  /** One sentence about this occurrence; nothing internal. */
  readonly detail?: string
  /** Response headers, flat: name, value, name, value. */
  readonly headers?: readonly string[]
  /** Extension members of the problem document. */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** The internal cause: logged, never sent. */
  readonly cause?: unknown
}

/** A request-time error with a code of the table; thrown by steps and answered as RFC 9457. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly detail: string | undefined
  readonly headers: readonly string[]
  readonly extensions: Readonly<Record<string, unknown>> | undefined

  constructor(code: ProblemCode, init: ProblemInit = {}) {
    // A refusal is an ordinary answer: no stack is taken for it.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(init.detail ?? PROBLEMS[code].title, init.cause === undefined ? undefined : { cause: init.cause })
    Error.stackTraceLimit = limit
    this.name = 'Problem'
    this.code = code
    this.status = PROBLEMS[code].status
    this.detail = init.detail
    this.headers = init.headers ?? []
    this.extensions = init.extensions
  }
}
