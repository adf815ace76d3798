import { allOfDefinition } from './all-of.js'
import { allowDefinition } from './allow.js'
import { anyOfDefinition } from './any-of.js'
import { apiKeyDefinition } from './api-key.js'
import { basicDefinition } from './basic.js'
import { cacheDefinition } from './cache.js'
import { concurrencyDefinition } from './concurrency.js'
import { consumersDefinition } from './consumers.js'
import { cookiesDefinition } from './cookies.js'
import { corsDefinition } from './cors.js'
import { faultInjectionDefinition } from './fault-injection.js'
import { fetchMetadataDefinition } from './fetch-metadata.js'
import { forwardAuthDefinition } from './forward-auth.js'
import { headersDefinition } from './headers.js'
import { httpSignatureDefinition } from './http-signature.js'
import { idempotencyDefinition } from './idempotency.js'
import { internalTokenDefinition } from './internal-token.js'
import { introspectionDefinition } from './introspection.js'
import { ipFilterDefinition } from './ip-filter.js'
import { jwtDefinition } from './jwt.js'
import { loadSheddingDefinition } from './load-shedding.js'
import { maintenanceDefinition } from './maintenance.js'
import { mirrorDefinition } from './mirror.js'
import { mockDefinition } from './mock.js'
import { mtlsDefinition } from './mtls.js'
import { optionalDefinition } from './optional.js'
import { queryDefinition } from './query.js'
import { quotaDefinition } from './quota.js'
import { rateLimitDefinition } from './rate-limit.js'
import { requestCapsDefinition } from './request-caps.js'
import { rolesDefinition } from './roles.js'
import { scopesDefinition } from './scopes.js'
import { securityHeadersDefinition } from './security-headers.js'
import { timeWindowDefinition } from './time-window.js'
import { userAgentsDefinition } from './user-agents.js'
import { webhookDefinition } from './webhook.js'

/** The built-in policies. The runtime has a compiler for each, held by a mapped type over this table. */
export const policyDefinitions = {
  cors: corsDefinition,
  'rate-limit': rateLimitDefinition,
  quota: quotaDefinition,
  headers: headersDefinition,
  query: queryDefinition,
  cookies: cookiesDefinition,
  concurrency: concurrencyDefinition,
  'fault-injection': faultInjectionDefinition,
  'fetch-metadata': fetchMetadataDefinition,
  'ip-filter': ipFilterDefinition,
  'load-shedding': loadSheddingDefinition,
  maintenance: maintenanceDefinition,
  mock: mockDefinition,
  'request-caps': requestCapsDefinition,
  'security-headers': securityHeadersDefinition,
  'time-window': timeWindowDefinition,
  'user-agents': userAgentsDefinition,
  scopes: scopesDefinition,
  roles: rolesDefinition,
  allow: allowDefinition,
  consumers: consumersDefinition,
  'internal-token': internalTokenDefinition,
  idempotency: idempotencyDefinition,
  cache: cacheDefinition,
  mirror: mirrorDefinition,
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
