export type { AnyAuth, Auth } from './auth.js'
export type { ConfigIssue, IssueOrigin, SourcePosition } from './config-error.js'
export { ConfigError, formatPath } from './config-error.js'
export type { ContextOf, GivesOf } from './context.js'
export type { Effects, HeaderEffect, RequestHeaderEffect, SecurityEffect } from './effects.js'
export { env } from './env.js'
export type {
  CapturedResponse,
  CaptureOptions,
  CompiledPolicy,
  Exchange,
  ExchangeEnd,
  Reply,
  RequestStep,
  ResponseStep,
  UpstreamOutcome,
} from './exchange.js'
export type { Gateway, GatewayOptions, RedisOptions, RouteTree } from './gateway.js'
export { defineGateway } from './gateway.js'
export type { IssueCode, IssueType } from './issue-codes.js'
export { ISSUES } from './issue-codes.js'
export type { JsonLimitOptions } from './json-limits.js'
export { ip } from './keys.js'
export type { Settle } from './limits.js'
export type { ListenerTlsOptions } from './listener-tls.js'
export { anyOf } from './policies/any-of.js'
export type { ApiKeyAuth, ApiKeyOptions, ApiKeyRecord } from './policies/api-key.js'
export { apiKey } from './policies/api-key.js'
export type { CookiesOptions } from './policies/cookies.js'
export { cookies } from './policies/cookies.js'
export type { CorsOptions, CorsOrigins } from './policies/cors.js'
export { cors } from './policies/cors.js'
export type { HeadersOptions, HeadersPolicy, HeaderValues } from './policies/headers.js'
export { headers } from './policies/headers.js'
export type { IdempotencyOptions } from './policies/idempotency.js'
export { idempotency } from './policies/idempotency.js'
export type { JwtAlgorithm, JwtAuth, JwtIssuerOptions, JwtOptions } from './policies/jwt.js'
export { jwt } from './policies/jwt.js'
export type { QueryOptions } from './policies/query.js'
export { query } from './policies/query.js'
export type { PlanQuotaOptions, QuotaOptions } from './policies/quota.js'
export { quota } from './policies/quota.js'
export type { PlanLimitOptions, RateLimitOptions, RateLimitState } from './policies/rate-limit.js'
export { rateLimit } from './policies/rate-limit.js'
export type { CustomPolicy, Phase, Policy, PolicyDefinition } from './policy.js'
export { definePolicy } from './policy.js'
export type { ProblemCode, ProblemDocument, ProblemInit, ProblemType } from './problems.js'
export { PROBLEMS, Problem, problemTypeOf } from './problems.js'
export { resolveGateway } from './resolve/resolve-gateway.js'
export type { PolicyUse, ResolvedAuth, ResolvedGateway, ResolvedPolicy, ResolvedRoute, ResolvedUpstream } from './resolved.js'
export type { ResponseCheckOptions } from './response-check.js'
export type {
  Group,
  GroupOptions,
  MapContext,
  MatchOptions,
  Method,
  ResponseMap,
  ResponseSpec,
  Route,
  RouteOptions,
} from './route.js'
export { group, route } from './route.js'
export type { Mode } from './schemas/mode.js'
export type { QuotaRate, QuotaUnit } from './schemas/quota-rate.js'
export type { StatusPattern } from './schemas/statuses.js'
export type { Duration, Rate, Rates, Size } from './schemas/text.js'
export type { BaseContext, In, Key, Out, Schema } from './types.js'
export type { TimeoutOptions, Upstream, UpstreamOptions } from './upstream.js'
export { upstream } from './upstream.js'
export type { WebSocketOptions } from './websocket.js'
