import { anyOfDefinition } from './any-of.js'
import { apiKeyDefinition } from './api-key.js'
import { cookiesDefinition } from './cookies.js'
import { corsDefinition } from './cors.js'
import { headersDefinition } from './headers.js'
import { idempotencyDefinition } from './idempotency.js'
import { jwtDefinition } from './jwt.js'
import { queryDefinition } from './query.js'
import { quotaDefinition } from './quota.js'
import { rateLimitDefinition } from './rate-limit.js'

/** The built-in policies. The runtime has a compiler for each, held by a mapped type over this table. */
export const policyDefinitions = {
  cors: corsDefinition,
  'rate-limit': rateLimitDefinition,
  quota: quotaDefinition,
  headers: headersDefinition,
  query: queryDefinition,
  cookies: cookiesDefinition,
  idempotency: idempotencyDefinition,
} as const

/** The built-in auths. The runtime has a compiler for each, held by a mapped type over this table. */
export const authDefinitions = {
  jwt: jwtDefinition,
  'api-key': apiKeyDefinition,
  'any-of': anyOfDefinition,
} as const

export type PolicyName = keyof typeof policyDefinitions
export type AuthName = keyof typeof authDefinitions
