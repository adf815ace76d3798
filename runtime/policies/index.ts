import type { CompiledPolicy } from '../../sdk/index.js'
import type { policyDefinitions } from '../../sdk/policies/index.js'
import type { ResolvedPolicy } from '../../sdk/resolved.js'
import { isShadow } from '../../sdk/schemas/mode.js'
import type { CompileContext, PolicyCompilers } from './compiler.js'
import { compileCors } from './cors.js'
import { compileHeaders } from './headers.js'
import { compileQuota } from './quota.js'
import { compileRateLimit } from './rate-limit.js'
import { inShadow } from './shadow.js'

/** The compiler of each built-in policy. */
export const policyCompilers: PolicyCompilers = {
  cors: compileCors,
  'rate-limit': compileRateLimit,
  quota: compileQuota,
  headers: compileHeaders,
}

/** Compiles a policy at one place of use: a built-in by its name's compiler, a user's own by the compiler in its definition. */
export function compilePolicy(policy: ResolvedPolicy, context: CompileContext): CompiledPolicy {
  const compiled = compileAny(policy, context)
  return isShadow(policy.settings) ? inShadow(compiled, context.key, context.services) : compiled
}

function compileAny(policy: ResolvedPolicy, context: CompileContext): CompiledPolicy {
  const own = policy.definition.compile
  if (own) return own(policy.settings, context.key)
  const compile = policyCompilers[policy.name as keyof typeof policyDefinitions] as (
    settings: unknown,
    context: CompileContext,
  ) => CompiledPolicy
  return compile(policy.settings, context)
}
