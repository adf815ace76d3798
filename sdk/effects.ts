import type { ProblemCode } from './problems.js'

/** A response header that a policy may add. */
export interface HeaderEffect {
  readonly name: string
  readonly description: string
  /** Statuses that carry it: any response, or only the problems this policy answers. */
  readonly on: 'any' | 'problems'
}

/** A request header that a policy reads and callers may, or must, send. */
export interface RequestHeaderEffect {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Longest value that is taken. */
  readonly maxLength: number
}

/** How a caller proves who it is; becomes an OpenAPI security scheme and an option of the client. */
export type SecurityEffect =
  | { readonly scheme: string; readonly type: 'bearer'; readonly format?: string; readonly description: string }
  | { readonly scheme: string; readonly type: 'apiKey'; readonly header: string; readonly description: string }

/**
 * What a caller can observe of a policy, as neutral data. OpenAPI, the client's error union and the runtime's
 * own checks all read this.
 */
export interface Effects {
  /** Problems that the policy may answer. */
  readonly problems?: readonly ProblemCode[]
  /** Response headers that the policy may add. */
  readonly headers?: readonly HeaderEffect[]
  /** Request headers that the policy reads. */
  readonly requestHeaders?: readonly RequestHeaderEffect[]
  /** Alternatives, any one of which suffices. */
  readonly security?: readonly SecurityEffect[]
}
