import type { ProblemCode } from './problems.js'

/** A response header that a policy may add. */
export interface HeaderEffect {
  readonly name: string
  readonly description: string
  /** Statuses that carry it: any response, or only the problems this policy answers. */
  readonly on: 'any' | 'problems'
}

interface Scheme<T extends string> {
  readonly scheme: string
  readonly type: T
  readonly description: string
  /** How the values of its header begin, where that is known: two schemes of one header with no beginning in common exclude each other. */
  readonly takes?: readonly string[]
  /** Credentials that are needed beside this one. */
  readonly with?: readonly SecurityEffect[]
}

/** A request header that a policy reads and callers may, or must, send. */
export interface RequestHeaderEffect {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Longest value that is taken. Default: as long as a header may be. */
  readonly maxLength?: number
  /** True where requests with one value are carried out once, so that a client may make a value up and send its request again with it. */
  readonly once?: boolean
}

/** A response of a policy's own, without a body, that is no problem. */
export interface ReplyEffect {
  readonly status: number
  readonly description: string
}

/** How a caller proves who it is; becomes an OpenAPI security scheme and, but for the last two, an option of the client. */
export type SecurityEffect =
  | (Scheme<'bearer'> & { readonly format?: string })
  | Scheme<'basic'>
  | (Scheme<'apiKey'> & { readonly header: string })
  /** A header that is computed anew from each request, such as a signature. */
  | (Scheme<'signature'> & { readonly header: string })
  /** A client certificate. */
  | Scheme<'mutualTLS'>

/** The header that carries a credential, lower-case; undefined where it comes with the connection. */
export function credentialHeader(effect: SecurityEffect): string | undefined {
  if (effect.type === 'mutualTLS') return undefined
  return 'header' in effect ? effect.header : 'authorization'
}

/** Scopes that a credential of a scheme must carry: all of any one list. */
export interface ScopeEffect {
  readonly scheme: string
  readonly anyOf: readonly (readonly string[])[]
}

/**
 * What a caller can observe of a policy, as neutral data. OpenAPI, the client's error union and the runtime's
 * own checks all read this.
 */
export interface Effects {
  /** Problems that the policy may answer. */
  readonly problems?: readonly ProblemCode[]
  /** Response headers that the policy may add. */
  readonly headers?: readonly HeaderEffect[]
  /** Responses of its own that are no problems, and that the route need not declare. */
  readonly replies?: readonly ReplyEffect[]
  /** Request headers that the policy reads. */
  readonly requestHeaders?: readonly RequestHeaderEffect[]
  /** Alternatives, any one of which suffices. */
  readonly security?: readonly SecurityEffect[]
  /** True where callers without any credential pass too. */
  readonly anonymous?: boolean
  /** Scopes that are needed, every entry on its own. */
  readonly scopes?: readonly ScopeEffect[]
}
