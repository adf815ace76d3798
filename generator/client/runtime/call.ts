/** A secret: its text, or a function that is asked for it before every try. */
export type Credential = string | (() => string | Promise<string>)

/** A name and a password. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** How a client reaches its gateway. */
export interface ConnectOptions {
  /** Where the gateway is, with a path prefix if it has one: `https://api.example.org`. */
  readonly baseUrl: string
  /** Headers of every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Milliseconds for one try, its body included. Default 30,000; `Infinity` for none. */
  readonly timeout?: number | undefined
  /**
   * Further tries of GET, HEAD, OPTIONS, PUT, DELETE and operations that the gateway carries out once for an `Idempotency-Key`, after a network
   * error, a timeout or 408, 429, 502, 503, 504. Default 2.
   */
  readonly retries?: number | undefined
  /** Default `manual`: a redirect is a result, so that credentials never follow one to another origin. */
  readonly redirect?: 'follow' | 'manual' | 'error' | undefined
  /** Stands in for the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Waits between tries, in milliseconds; ends early when the signal aborts. For tests. */
  readonly wait?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
  /** Yields the jitter of a wait, 0 to 1. For tests. */
  readonly random?: (() => number) | undefined
}

/** A value in a query; an array repeats its name, `undefined` leaves it out. */
export type QueryValue = string | number | boolean | null | undefined | readonly (string | number | boolean)[]

/** What one call changes of its client's settings. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for one try. */
  readonly timeout?: number | undefined
  readonly retries?: number | undefined
  /** Headers beside the declared ones. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Query parameters beside the declared ones. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
}

/** A body that is sent as it is: whatever this platform's `fetch` takes. A stream is never sent twice. */
export type RawBody = NonNullable<RequestInit['body']>

/** The input of an operation that takes none. */
export type NoInput = { readonly [name: string]: never }

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

/** Every status of a class: 200 to 299 for 2. */
export type StatusClass<C extends 1 | 2 | 3 | 4 | 5> = `${C}${Digit}${Digit}` extends infer S
  ? S extends `${infer N extends number}`
    ? N
    : never
  : never

/** Problem details (RFC 9457) as a gateway answers them. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail?: string
  readonly instance?: string
  readonly [extension: string]: unknown
}

/** A declared response with a status of 200 to 299. */
export interface Success<Status extends number, Data> {
  readonly ok: true
  readonly status: Status
  readonly data: Data
  readonly headers: Headers
  readonly response: Response
}

/** A declared response with another status. */
export interface Failure<Status extends number, Body> {
  readonly ok: false
  readonly status: Status
  readonly error: Body
  /** Seconds that the gateway asks to wait (RFC 9110 section 10.2.3). */
  readonly retryAfter?: number
  readonly headers: Headers
  readonly response: Response
}

/** No declared response: there was none at all, or one that the gateway's contract does not have. */
export type NoAnswer =
  | { readonly ok: false; readonly status: 0; readonly kind: 'request' | 'network' | 'timeout' | 'aborted'; readonly cause: unknown }
  | {
      readonly ok: false
      readonly status: 0
      readonly kind: 'decode'
      readonly cause: unknown
      readonly headers: Headers
      readonly response: Response
    }
  | {
      readonly ok: false
      readonly status: 0
      readonly kind: 'unexpected'
      /** The body, parsed where it is JSON. The status is `response.status`. */
      readonly error: unknown
      readonly retryAfter?: number
      readonly headers: Headers
      readonly response: Response
    }

/** The data of a result's successes. */
export type DataOf<Result> = Result extends { readonly ok: true; readonly data: infer Data } ? Data : never

/** A result on its way; it never rejects. */
export interface Call<Result> extends Promise<Result> {
  /** The data alone; rejects with an {@link ApiError} where there is none. */
  unwrap(): Promise<DataOf<Result>>
}

/** One operation of the gateway, as data. A status that no list has is `unexpected`; 2 to 5 stand for a class, 0 for all. */
export interface Operation<Input, Result> {
  readonly method: string
  /** `{name}` fills one segment, `{name*}` the rest of the path. */
  readonly path: string
  readonly json?: readonly number[]
  readonly problem?: readonly number[]
  readonly text?: readonly number[]
  readonly blob?: readonly number[]
  readonly empty?: readonly number[]
  /** Read as its media type says. */
  readonly any?: readonly number[]
  /** Header by which the gateway carries the operation out once: a random value, the same for every try, unless the caller gives one. */
  readonly once?: string
  /** Media type of a request body other than JSON. */
  readonly send?: string
  /** Alternatives of security schemes; a list is needed whole. */
  readonly auth?: readonly (string | readonly string[])[]
  readonly '~input'?: (input: Input) => void
  readonly '~result'?: Result
}

/** The arguments of a call: the input may be left out where nothing in it is required. */
export type Args<Input> = {} extends Input ? [input?: Input, options?: CallOptions] : [input: Input, options?: CallOptions]

/** Calls any operation of a gateway. */
export type Caller = <Input, Result>(operation: Operation<Input, Result>, ...args: Args<Input>) => Call<Result>

/** By security scheme: the header, what comes before the secret in it, and the secret. */
export type Credentials = Readonly<Record<string, readonly [header: string, prefix: string, secret: Credential | undefined]>>
