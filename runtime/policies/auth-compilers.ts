import type { ResolvedAuth } from '../../sdk/index.js'
import type { AuthName } from '../../sdk/policies/index.js'
import type { Resource } from '../services.js'
import { compileAllOf } from './all-of.js'
import { compileAnyOf } from './any-of.js'
import { compileApiKey } from './api-key.js'
import { compileBasic } from './basic.js'
import type { Alternative, AuthCompilers, CompileAuth, CompileContext } from './compiler.js'
import { compileForwardAuth } from './forward-auth.js'
import { compileHttpSignature } from './http-signature.js'
import { compileIntrospection } from './introspection.js'
import { compileJwt } from './jwt.js'
import { compileMtls } from './mtls.js'
import { compileOptional } from './optional.js'
import { compileWebhook } from './webhook.js'

/** The compiler of every built-in auth. */
export const authCompilers: AuthCompilers = {
  jwt: compileJwt,
  'api-key': compileApiKey,
  basic: compileBasic,
  'http-signature': compileHttpSignature,
  webhook: compileWebhook,
  introspection: compileIntrospection,
  mtls: compileMtls,
  'forward-auth': compileForwardAuth,
  'any-of': compileAnyOf((part, context) => compileAuth(part, context)),
  'all-of': compileAllOf((part, context) => compileAuth(part, context)),
  optional: compileOptional((part, context) => compileAuth(part, context)),
}

/** What was compiled already, by auth; entries go with the config they belong to. */
class CompiledAuths implements Resource {
  readonly byAuth = new WeakMap<ResolvedAuth, readonly Alternative[]>()
  close(): void {}
}

/**
 * The alternatives of an auth. An auth that several routes share is compiled once, so that its verified tokens
 * are remembered across those routes.
 */
export function compileAuth(auth: ResolvedAuth, context: CompileContext): readonly Alternative[] {
  const { byAuth } = context.services.keep('authenticators', () => new CompiledAuths())
  const known = byAuth.get(auth)
  if (known) return known
  const compile = authCompilers[auth.name as AuthName] as CompileAuth<AuthName>
  const compiled = compile(auth.settings as Parameters<typeof compile>[0], { ...context, identity: auth.identity }, auth)
  byAuth.set(auth, compiled)
  return compiled
}
