import type { CompiledPolicy, Out } from '../../sdk/index.js'
import type { AuthName, authDefinitions, PolicyName, policyDefinitions } from '../../sdk/policies/index.js'
import type { ResolvedAuth } from '../../sdk/resolved.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Services } from '../services.js'

/** Where a policy is compiled. */
export interface CompileContext {
  /** Its name in `use`; what it gives is published under it. */
  readonly key: string
  /** The same for every place that uses the same policy object, and in every process. */
  readonly identity: string
  readonly services: Services
}

/** Compiles a built-in policy; routes that share the policy under one key share what it returns. */
export type CompilePolicy<N extends PolicyName> = (
  settings: Out<(typeof policyDefinitions)[N]['options']>,
  context: CompileContext,
) => CompiledPolicy

/** A built-in policy without a compiler does not compile. */
export type PolicyCompilers = { readonly [N in PolicyName]: CompilePolicy<N> }

/** Checks one kind of credential. */
export interface Authenticator {
  /** The `WWW-Authenticate` challenge for a missing credential. */
  readonly challenge: string
  /** Lower-case name of the header that carries the credential; undefined where it comes another way, such as with the connection. */
  readonly header: string | undefined
  /** Further headers that are part of the credential. */
  readonly companions?: readonly string[]
  /** Request headers that this auth alone may send upstream; the client's own are removed whichever auth is taken. */
  readonly owned?: readonly string[]
  /** What a refusal says beside the challenge, flat: name, value. */
  readonly hints?: readonly string[]
  /** Whether the credential is sent on to the upstream. */
  readonly forward: boolean
  /** True if the header's value, empty where there is none, is this kind of credential, valid or not; `Basic x` is no bearer token. */
  recognises(value: string, exchange: GatewayExchange): boolean
  /** What becomes `ctx.auth`; throws a `Problem` to refuse. Synchronous where nothing has to be fetched. */
  authenticate(value: string, exchange: GatewayExchange): unknown | Promise<unknown>
}

/** Credentials that suffice only together. */
export interface Combination {
  readonly all: readonly Authenticator[]
  /** Makes `ctx.auth` of what each of `all` found. */
  assemble(values: readonly unknown[]): unknown
}

/** One way to satisfy an auth. */
export type Alternative = Authenticator | Combination

export type CompileAuth<N extends AuthName> = (
  settings: Out<(typeof authDefinitions)[N]['options']>,
  context: CompileContext,
  auth: ResolvedAuth,
) => readonly Alternative[]

export type AuthCompilers = { readonly [N in AuthName]: CompileAuth<N> }
