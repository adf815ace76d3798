import { allOfDefinition } from './all-of.js'
import { allowDefinition } from './allow.js'
import { anyOfDefinition } from './any-of.js'
import { apiKeyDefinition } from './api-key.js'
import { basicDefinition } from './basic.js'
import { consumersDefinition } from './consumers.js'
import { corsDefinition } from './cors.js'
import { forwardAuthDefinition } from './forward-auth.js'
import { headersDefinition } from './headers.js'
import { httpSignatureDefinition } from './http-signature.js'
import { idempotencyDefinition } from './idempotency.js'
import { internalTokenDefinition } from './internal-token.js'
import { introspectionDefinition } from './introspection.js'
import { jwtDefinition } from './jwt.js'
import { mtlsDefinition } from './mtls.js'
import { optionalDefinition } from './optional.js'
import { quotaDefinition } from './quota.js'
import { rateLimitDefinition } from './rate-limit.js'
import { rolesDefinition } from './roles.js'
import { scopesDefinition } from './scopes.js'
import { webhookDefinition } from './webhook.js'

/** The built-in policies. The runtime has a compiler for each, held by a mapped type over this table. */
export const policyDefinitions = {
  cors: corsDefinition,
  'rate-limit': rateLimitDefinition,
  quota: quotaDefinition,
  headers: headersDefinition,
  scopes: scopesDefinition,
  roles: rolesDefinition,
  allow: allowDefinition,
  consumers: consumersDefinition,
  'internal-token': internalTokenDefinition,
  idempotency: idempotencyDefinition,
} as const

/** The built-in auths. The runtime has a compiler for each, held by a mapped type over this table. */
export const authDefinitions = {
  jwt: jwtDefinition,
  'api-key': apiKeyDefinition,
  basic: basicDefinition,
  'http-signature': httpSignatureDefinition,
  webhook: webhookDefinition,
  introspection: introspectionDefinition,
  mtls: mtlsDefinition,
  'forward-auth': forwardAuthDefinition,
  'any-of': anyOfDefinition,
  'all-of': allOfDefinition,
  optional: optionalDefinition,
} as const

export type PolicyName = keyof typeof policyDefinitions
export type AuthName = keyof typeof authDefinitions
