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
  /** Lower-case name of the header that carries the credential. */
  readonly header: string
  /** Whether the credential is sent on to the upstream. */
  readonly forward: boolean
  /** True if the header's value is this kind of credential, valid or not; `Basic x` is no bearer token. */
  recognises(value: string): boolean
  /** What becomes `ctx.auth`; throws a `Problem` to refuse. Synchronous where nothing has to be fetched. */
  authenticate(value: string, exchange: GatewayExchange): unknown | Promise<unknown>
}

export type CompileAuth<N extends AuthName> = (
  settings: Out<(typeof authDefinitions)[N]['options']>,
  context: CompileContext,
  auth: ResolvedAuth,
) => readonly Authenticator[]

export type AuthCompilers = { readonly [N in AuthName]: CompileAuth<N> }
