import type { CompiledPolicy } from '../../sdk/index.js'
import type { policyDefinitions } from '../../sdk/policies/index.js'
import type { ResolvedPolicy } from '../../sdk/resolved.js'
import { isShadow } from '../../sdk/schemas/mode.js'
import type { Resource } from '../services.js'
import { compileAllow } from './allow.js'
import { compileCache } from './cache.js'
import type { CompileContext, PolicyCompilers } from './compiler.js'
import { compileConcurrency } from './concurrency.js'
import { compileConsumers } from './consumers.js'
import { compileCookies } from './cookies.js'
import { compileCors } from './cors.js'
import { compileFaultInjection } from './fault-injection.js'
import { compileFetchMetadata } from './fetch-metadata.js'
import { compileHeaders } from './headers.js'
import { compileIdempotency } from './idempotency.js'
import { compileInternalToken } from './internal-token.js'
import { compileIpFilter } from './ip-filter.js'
import { compileLoadShedding } from './load-shedding.js'
import { compileMaintenance } from './maintenance.js'
import { compileMirror } from './mirror.js'
import { compileMock } from './mock.js'
import { compileQuery } from './query.js'
import { compileQuota } from './quota.js'
import { compileRateLimit } from './rate-limit.js'
import { compileRequestCaps } from './request-caps.js'
import { compileRoles } from './roles.js'
import { compileScopes } from './scopes.js'
import { compileSecurityHeaders } from './security-headers.js'
import { inShadow } from './shadow.js'
import { compileTimeWindow } from './time-window.js'
import { compileUserAgents } from './user-agents.js'

/** The compiler of each built-in policy. */
export const policyCompilers: PolicyCompilers = {
  cors: compileCors,
  'rate-limit': compileRateLimit,
  quota: compileQuota,
  headers: compileHeaders,
  query: compileQuery,
  cookies: compileCookies,
  concurrency: compileConcurrency,
  'fault-injection': compileFaultInjection,
  'fetch-metadata': compileFetchMetadata,
  'ip-filter': compileIpFilter,
  'load-shedding': compileLoadShedding,
  maintenance: compileMaintenance,
  mock: compileMock,
  'request-caps': compileRequestCaps,
  'security-headers': compileSecurityHeaders,
  'time-window': compileTimeWindow,
  'user-agents': compileUserAgents,
  scopes: compileScopes,
  roles: compileRoles,
  allow: compileAllow,
  consumers: compileConsumers,
  'internal-token': compileInternalToken,
  idempotency: compileIdempotency,
  cache: compileCache,
  mirror: compileMirror,
}

/** What was compiled already, by policy and its key in `use`; entries go with the config they belong to. */
class CompiledPolicies implements Resource {
  readonly byPolicy = new WeakMap<ResolvedPolicy, Map<string, CompiledPolicy>>()
  close(): void {}
}

/**
 * Compiles a policy: a user's own by the compiler in its definition, at each place of use; a built-in by its name's
 * compiler, once for all the routes that share it under one key.
 */
export function compilePolicy(policy: ResolvedPolicy, context: CompileContext): CompiledPolicy {
  const compiled = compileAny(policy, context)
  return isShadow(policy.settings) ? inShadow(compiled, context.key, context.services) : compiled
}

function compileAny(policy: ResolvedPolicy, context: CompileContext): CompiledPolicy {
  const own = policy.definition.compile
  if (own) return own(policy.settings, context.key)
  const { byPolicy } = context.services.keep('policies', () => new CompiledPolicies())
  const byKey = byPolicy.get(policy) ?? new Map<string, CompiledPolicy>()
  const known = byKey.get(context.key)
  if (known) return known
  const compile = policyCompilers[policy.name as keyof typeof policyDefinitions] as (
    settings: unknown,
    context: CompileContext,
  ) => CompiledPolicy
  const compiled = compile(policy.settings, context)
  byPolicy.set(policy, byKey.set(context.key, compiled))
  return compiled
}
