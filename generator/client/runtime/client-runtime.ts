import type {
  Args,
  Call,
  Caller,
  CallOptions,
  ConnectOptions,
  Credentials,
  Failure,
  Login,
  NoAnswer,
  Operation,
  ProblemDocument,
  RawBody,
  Success,
} from './call.js'

export type * from './call.js'

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

type AnyResult = Success<number, unknown> | Failure<number, unknown> | NoAnswer
type Descriptor = Operation<never, unknown>

interface Job {
  readonly connection: ConnectOptions
  readonly credentials: Credentials
  readonly operation: Descriptor
  readonly input: Parts
  readonly options: CallOptions
  /** The same for every try. */
  readonly key: string | undefined
}

/** What `unwrap` throws: a result that has no data. */
export class ApiError extends Error {
  /** The response's status; 0 where there was no response. */
  readonly status: number
  /** Why there is no declared response, if that is so. */
  readonly kind: NoAnswer['kind'] | undefined
  /** The problem document that the gateway answered, if it did. Any other body is in `result`. */
  readonly problem: ProblemDocument | undefined
  readonly response: Response | undefined
  readonly result: Failure<number, unknown> | NoAnswer

  constructor(operation: string, result: Failure<number, unknown> | NoAnswer) {
    const response = 'response' in result ? result.response : undefined
    const body = ('kind' in result ? undefined : result.error) as ProblemDocument | undefined
    const problem = typeof body?.code === 'string' ? body : undefined
    const words = [operation, response?.status, 'kind' in result ? result.kind : problem?.code, problem?.detail]
    super(words.filter((word) => word !== undefined).join(' '), 'cause' in result ? { cause: result.cause } : undefined)
    this.name = 'ApiError'
    this.status = response?.status ?? 0
    this.kind = 'kind' in result ? result.kind : undefined
    this.problem = problem
    this.response = response
    this.result = result
  }
}

function fillPath(template: string, params: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{([^{}*]+)(\*?)\}/g, (_, name: string, rest: string) => {
    const value = params[name]
    const segments = rest ? String(value ?? '').split('/') : [String(value ?? '')]
    // A URL parser would resolve these away and so reach another route.
    if (segments.some((segment) => segment === '.' || segment === '..') || (!rest && segments[0] === '')) {
      throw new TypeError(`Path parameter "${name}" cannot be ${JSON.stringify(value)}`)
    }
    return segments.map(encodeURIComponent).join('/')
  })
}

/** Arrays repeat their name, and objects stand for their members: OpenAPI's `form` style, exploded. */
function formatQuery(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams()
  const append = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (Array.isArray(value)) for (const item of value) append(name, item)
    else if (typeof value === 'object') for (const [key, item] of Object.entries(value)) append(key, item)
    else search.append(name, String(value))
  }
  append('', query)
  const text = search.toString()
  return text && `?${text}`
}

async function authorize({ operation, credentials }: Job, headers: Headers): Promise<void> {
  const chosen = operation.auth?.map((names) => [names].flat()).find((names) => names.every((name) => credentials[name]?.[2] !== undefined))
  for (const name of chosen ?? []) {
    const [header, prefix, secret] = credentials[name] as Credentials[string]
    if (!headers.has(header)) headers.set(header, prefix + (typeof secret === 'function' ? await secret() : secret))
  }
}

/** The media type to send a body as: what a file says it is, else the operation's. The boundary of a multipart body is known to fetch alone. */
function typeOf(body: unknown, send = 'application/json'): string | undefined {
  if (body === undefined || send.startsWith('multipart/')) return undefined
  return (body instanceof Blob && body.type) || send
}

type Prepared = readonly [url: string, init: RequestInit]

async function prepare(job: Job): Promise<Prepared> {
  const { connection, operation, input, options, key } = job
  const headers = new Headers({ accept: operation.json ? 'application/json, */*;q=0.5' : '*/*' })
  if (operation.once && key) headers.set(operation.once, key)
  const body = input.body !== undefined && !operation.send ? JSON.stringify(input.body) : (input.body as RawBody | undefined)
  const type = typeOf(body, operation.send)
  if (type) headers.set('content-type', type)
  for (const [name, value] of Object.entries({ ...connection.headers, ...input.headers, ...options.headers })) {
    if (value !== undefined && value !== null) headers.set(name, String(value))
  }
  await authorize(job, headers)
  const url =
    connection.baseUrl.replace(/\/+$/, '') +
    fillPath(operation.path, input.params ?? {}) +
    formatQuery({ ...input.query, ...options.query })
  const init = { method: operation.method, headers, redirect: connection.redirect ?? 'manual' }
  return [url, body === undefined ? init : ({ ...init, body, duplex: 'half' } as RequestInit)]
}

function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.max(0, Math.ceil((Date.parse(value) - Date.now()) / 1_000))
  return Number.isNaN(seconds) ? undefined : seconds
}

const LONGEST_WAIT_S = 60

/** Milliseconds until the next try; undefined if the gateway asks for more patience than a call has. */
function delayOf({ connection }: Job, attempt: number, asked?: number): number | undefined {
  if (asked !== undefined) return asked > LONGEST_WAIT_S ? undefined : asked * 1_000
  return (connection.random ?? Math.random)() * Math.min(8_000, 500 * 2 ** attempt)
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}

const READERS = { problem: /problem\+json/, json: /json/, text: /^text\//, blob: /./, any: /^/, empty: /^/ } as const
type Reader = keyof typeof READERS
const READER_NAMES = Object.keys(READERS) as Reader[]

function readerOf(operation: Descriptor, status: number, type: string): Reader | undefined {
  for (const key of [status, Math.floor(status / 100), 0]) {
    const declared = READER_NAMES.filter((name) => operation[name]?.includes(key))
    // A media type decides between several; a problem is only what says so.
    if (declared.length > 1 || declared[0] === 'problem') return declared.find((name) => READERS[name].test(type))
    if (declared[0]) return declared[0]
  }
  return undefined
}

async function readBody(response: Response, reader: Reader, type: string): Promise<() => unknown> {
  if (reader === 'blob' || (reader === 'any' && type && !/json|^text\//.test(type))) {
    const blob = await response.blob()
    return () => blob
  }
  const text = await response.text()
  if (reader === 'empty') return () => undefined
  if (reader === 'any' && text === '') return () => undefined
  const json = reader === 'any' ? /json/.test(type) : reader !== 'text'
  return () => (json ? JSON.parse(text) : text)
}

async function readResult({ operation }: Job, response: Response): Promise<AnyResult> {
  const { status, headers } = response
  const type = (headers.get('content-type') ?? '').toLowerCase()
  const reader = readerOf(operation, status, type)
  const parse = await readBody(response, reader ?? 'any', type)
  let body: unknown
  try {
    body = parse()
  } catch (cause) {
    return { ok: false, status: 0, kind: 'decode', cause, headers, response }
  }
  if (reader && response.ok) return { ok: true, status, data: body, headers, response }
  const retryAfter = readRetryAfter(headers)
  const common = { ok: false, error: body, headers, response, ...(retryAfter === undefined ? {} : { retryAfter }) } as const
  return reader ? { ...common, status } : { ...common, status: 0, kind: 'unexpected' }
}

const none = (kind: 'request' | 'network' | 'timeout' | 'aborted', cause: unknown): NoAnswer => ({ ok: false, status: 0, kind, cause })

interface Watch {
  readonly signal: AbortSignal
  readonly isLate: () => boolean
  readonly stop: () => void
}

/** A signal that aborts with the caller's, or after `timeout` milliseconds. */
function watch(outer: AbortSignal | undefined, timeout: number): Watch {
  const controller = new AbortController()
  let late = false
  const abort = () => controller.abort()
  const expire = () => {
    late = true
    abort()
  }
  // Timers hold 31 bits; a longer one would fire at once.
  const timer = timeout < 2 ** 31 ? setTimeout(expire, timeout) : undefined
  outer?.addEventListener('abort', abort)
  const stop = () => {
    clearTimeout(timer)
    outer?.removeEventListener('abort', abort)
  }
  return { signal: controller.signal, isLate: () => late, stop }
}

async function send(job: Job, [url, init]: Prepared, attempt: number, more: boolean): Promise<AnyResult | number> {
  const response = await (job.connection.fetch ?? fetch)(url, init)
  const asked = readRetryAfter(response.headers)
  // After a try that came to nothing here, 409 says that the gateway is still at it.
  const busy = job.key && attempt > 0 && asked !== undefined && response.status === 409
  const again = more && (busy || /^(408|429|50[234])$/.test(String(response.status)))
  const delay = again ? delayOf(job, attempt, asked) : undefined
  if (delay === undefined) return readResult(job, response)
  await response.body?.cancel()
  return delay
}

/** One try: its result, or the milliseconds to wait before the next. */
async function tryOnce(job: Job, attempt: number, more: boolean): Promise<AnyResult | number> {
  const { signal, timeout = job.connection.timeout ?? 30_000 } = job.options
  const request = await prepare(job).catch((cause: unknown) => none('request', cause))
  if ('kind' in request) return request
  if (signal?.aborted) return none('aborted', signal.reason)
  const watched = watch(signal, timeout)
  try {
    return await send(job, [request[0], { ...request[1], signal: watched.signal }], attempt, more)
  } catch (cause) {
    if (signal?.aborted) return none('aborted', signal.reason)
    return (more ? delayOf(job, attempt) : undefined) ?? none(watched.isLate() ? 'timeout' : 'network', cause)
  } finally {
    watched.stop()
  }
}

function isReplayable(body: unknown): boolean {
  return typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body || 'getReader' in body || 'next' in body)
}

async function run(job: Job): Promise<AnyResult> {
  const { connection, operation, input, options } = job
  const safe = operation.once || /^(GET|HEAD|OPTIONS|PUT|DELETE)$/.test(operation.method)
  const repeatable = safe && (!operation.send || isReplayable(input.body))
  const retries = repeatable ? (options.retries ?? connection.retries ?? 2) : 0
  for (let attempt = 0; ; attempt++) {
    const outcome = await tryOnce(job, attempt, attempt < retries)
    if (typeof outcome !== 'number') return outcome
    await (connection.wait ?? pause)(outcome, options.signal)
  }
}

/** A name and a password as Basic authentication sends them (RFC 7617 section 2), in UTF-8. */
export function encodeLogin(login: Login | undefined): string | undefined {
  return login && btoa(String.fromCharCode(...new TextEncoder().encode(`${login.user}:${login.password}`)))
}

/** Makes the function that calls operations. Nothing is sent before a call. */
export function createCaller(connection: ConnectOptions, credentials: Credentials = {}): Caller {
  return <Input, Result>(operation: Operation<Input, Result>, ...args: Args<Input>): Call<Result> => {
    const [input = {}, options = {}] = args as [Parts?, CallOptions?]
    // Not `randomUUID`, which browsers keep to secure contexts.
    const key = operation.once && `"${crypto.getRandomValues(new Uint32Array(4)).join('-')}"`
    const result = run({ connection, credentials, operation, input, options, key })
    const unwrap = async () => {
      const settled = await result
      if (settled.ok) return settled.data
      throw new ApiError(`${operation.method} ${operation.path}`, settled)
    }
    return Object.assign(result, { unwrap }) as unknown as Call<Result>
  }
}
