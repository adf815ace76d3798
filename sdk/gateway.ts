import { z } from 'zod'
import type { GlobalPolicies } from './context.js'
import { infoSchema } from './info.js'
import { type JsonLimitOptions, jsonLimitsSchema } from './json-limits.js'
import { type ListenerTlsOptions, listenerTlsSchema } from './listener-tls.js'
import type { Route } from './route.js'
import { type Duration, duration, headerName, type Size, size } from './schemas/text.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'

const redisUrl = z
  .string()
  .regex(/^rediss?:\/\//, 'expected a redis:// or rediss:// URL')
  .meta({ secret: true })
const cidr = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'expected an IP address or a network such as "10.0.0.0/8"')
const port = z.int().min(0).max(65_535)

const serverOptions = z.strictObject({
  /** Address to listen on. Default `0.0.0.0`. */
  host: z.string().min(1).default('0.0.0.0'),
  /** Port to listen on; 0 takes a free one. Default 8080. */
  port: port.default(8080),
  /** Peers whose `X-Forwarded-*`, `Forwarded` and request id are believed. Default: none. */
  trustedProxies: z.array(cidr).default([]),
  /** HTTPS instead of HTTP; a reload swaps the certificate. Default: none. */
  tls: listenerTlsSchema.optional(),
  /** HTTP/2 (RFC 9113) beside HTTP/1.1, as the client chooses by ALPN; needs `tls`. Default false. */
  http2: z.boolean().default(false),
  /** After SIGTERM: how long to keep accepting while readiness is already off. Default `5s`. */
  preStop: duration.prefault('5s'),
  /** Then: longest wait for requests in flight. Default `30s`. */
  drain: duration.prefault('30s'),
  /** What one client may send; beyond it a request is refused before it is routed. */
  limits: z
    .strictObject({
      /** All header fields together. Default `16kb`. */
      headers: size.prefault('16kb'),
      /** Number of header lines. Default 100. */
      headerCount: z.int().min(1).max(2_000).default(100),
      /** Request target. Default `8kb`. */
      uri: size.prefault('8kb'),
      /** Parameters in the query. Default 1,000. */
      queryParameters: z.int().min(1).default(1_000),
      /** Open client connections, as far as `ulimit -n` allows two files for each; beyond it the oldest idle ones are closed. Default 10,000. */
      connections: z.int().min(1).default(10_000),
      /** Open connections of one address, or of one /64 network in IPv6; `trustedProxies` are exempt. Default 256. */
      connectionsPerIp: z.int().min(1).default(256),
      /** Requests on one connection. Default 10,000. */
      requestsPerConnection: z.int().min(1).default(10_000),
      /** Requests at a time on one HTTP/2 connection. Default 100. */
      streams: z.int().min(1).max(10_000).default(100),
    })
    .prefault({}),
  /** Slowest that a request body may come in before it is refused with 408; `false` lets it take its time. */
  bodyRate: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          /** Bytes per second. Default `240b`. */
          bytes: size.prefault('240b'),
          /** Time over which they are counted, waiting for the upstream not included. Default `5s`. */
          over: duration.prefault('5s'),
        }),
      ],
      'expected false or { bytes, over }',
    )
    .prefault({}),
  /**
   * When new requests are refused with 503 and `/readyz` says `degraded`: when either bound is passed in most of the last
   * two and a half seconds. `false` turns it off.
   */
  overload: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          /** How late the event loop is. Default `200ms`. */
          eventLoopDelay: duration.prefault('200ms'),
          /** Used part of the JavaScript heap, from 0 to 1. Default 0.95. */
          heap: z.number().gt(0).max(1).default(0.95),
        }),
      ],
      'expected false or { eventLoopDelay, heap }',
    )
    .prefault({}),
  /** How long the listener waits for clients. */
  timeouts: z
    .strictObject({
      /** Until the headers are complete. Default `10s`. */
      headers: duration.prefault('10s'),
      /** Until the whole request is read. Default `5m`. */
      request: duration.prefault('5m'),
      /** An idle kept-alive connection. Default `70s`. */
      keepAlive: duration.prefault('70s'),
    })
    .prefault({}),
})

const serverSchema = serverOptions.superRefine(({ http2, tls }, ctx) => {
  if (!http2 || tls) return
  const params = { hint: 'give `tls` too, or leave `http2` to the proxy in front' }
  ctx.addIssue({ code: 'custom', path: ['http2'], message: '`http2` needs `tls`: clients choose HTTP/2 in the TLS handshake', params })
})

const adminSchema = z.strictObject({
  /** Address to listen on. Default `127.0.0.1`. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. Default 9901. */
  port: port.default(9901),
})

const logSchema = z.strictObject({
  /** Lines below this level are not written. Default `info`. */
  level: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  /** One line per request. Default true. */
  access: z.boolean().default(true),
  /** Request headers to log; credentials among them are redacted. Default: none. */
  headers: z.array(headerName).default([]),
  /** Warns of certificates, those of upstreams too, that expire within this time; `0s` never. Default `14d`. */
  certificateExpiry: duration.prefault('14d'),
  /** Logs the query, with the values of secret-looking parameters redacted. Default false. */
  query: z.boolean().default(false),
})

/** The options of {@link defineGateway}; `use` and `routes` are resolved on their own. */
export const gatewaySchema = z.strictObject({
  /** Title, version and more of the published API (OpenAPI Info Object). */
  info: infoSchema,
  /** Public base URLs for the documents and the client. */
  servers: z
    .array(
      z.strictObject({
        /** Base URL. */
        url: z.string().min(1),
        /** What is served there. */
        description: z.string().optional(),
      }),
    )
    .default([]),
  /** Descriptions of tags, by tag. */
  tags: z.record(z.string(), z.string()).default({}),
  /** The listener for clients. */
  server: serverSchema.prefault({}),
  /** The listener for operators: `/healthz`, `/readyz`, `/metrics`, `POST /cache/purge`, `POST /revocations`; `false` turns it off. */
  admin: z.union([z.literal(false), adminSchema], 'expected false or { host, port }').prefault({}),
  /** Log lines, as JSON on standard output. */
  log: logSchema.prefault({}),
  /** State shared by several processes. Default: each process has its own. */
  redis: z
    .strictObject({
      /** One server: `redis://` or `rediss://` with host, port, credentials and database. */
      url: redisUrl.optional(),
      /** Several servers: some nodes of a Cluster, or the sentinels. */
      urls: z.array(redisUrl).min(1).optional(),
      /** The servers are a Redis Cluster. Credentials and TLS of the first URL hold for every node. */
      cluster: z.literal(true).optional(),
      /** The servers are sentinels; the name of the master that they watch. Credentials and database of the first URL are the master’s. */
      sentinel: z.string().min(1).optional(),
      /** Starts every key. Default `gw`. */
      prefix: z.string().min(1).max(64).default('gw'),
    })
    .superRefine(({ url, urls, cluster, sentinel }, ctx) => {
      const several = urls !== undefined && (cluster === true) !== (sentinel !== undefined)
      const single = url !== undefined && cluster === undefined && sentinel === undefined
      if ((url === undefined) === (urls === undefined) || !(single || several))
        ctx.addIssue({ code: 'custom', path: ['url'], message: 'expected either `url`, or `urls` with `cluster` or `sentinel`' })
    })
    .optional(),
  /** How requests are told apart in logs and problems. */
  requestId: z
    .strictObject({
      /** Header that carries the request id, in both directions. Default `x-request-id`. */
      header: headerName.prefault('x-request-id'),
    })
    .prefault({}),
  /** How problems are named. */
  problems: z
    .strictObject({
      /** What the `type` of a problem starts with. Default `urn:problem:`. */
      base: z.string().min(1).default('urn:problem:'),
    })
    .prefault({}),
  /** Bounds on JSON in requests, wherever a schema or a transform reads it; beyond one the request is answered 400. */
  json: jsonLimitsSchema.prefault({}),
  /** Lane of routes that do not say. Default `direct`. */
  lifecycle: z.enum(['direct', 'hapi']).default('direct'),
  /** Policies of every route, by name, and of requests that match no route. */
  use: z.unknown().optional(),
  /** Routes by name, nested as deep as wanted; the key path is the operation id. */
  routes: z.unknown().optional(),
})

export type GatewaySettings = Omit<z.output<typeof gatewaySchema>, 'use' | 'routes'>

/** Where Redis is: one server, some nodes of a Cluster, or the sentinels that watch a master. */
export type RedisOptions =
  | { readonly url: string; readonly prefix?: string }
  | { readonly urls: readonly string[]; readonly cluster: true; readonly prefix?: string }
  | { readonly urls: readonly string[]; readonly sentinel: string; readonly prefix?: string }

/** Routes by name, nested as deep as wanted; the key path is the operation id. */
export interface RouteTree {
  readonly [key: string]: Route<string, unknown, number> | RouteTree
}

/** What a user writes in `gateway.config.ts`. */
export interface GatewayOptions {
  /** Title, version and more of the published API (OpenAPI Info Object). */
  readonly info: {
    readonly title: string
    readonly version: string
    readonly summary?: string
    readonly description?: string
    readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
    readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string }
  }
  /** Public base URLs for the documents and the client. */
  readonly servers?: readonly { readonly url: string; readonly description?: string }[]
  /** Descriptions of tags, by tag. */
  readonly tags?: Readonly<Record<string, string>>
  /** Policies of every route, and of requests that match none. */
  readonly use?: GlobalPolicies
  readonly routes: RouteTree
  /** The listener for clients. */
  readonly server?: {
    /** Address to listen on. Default `0.0.0.0`. */
    readonly host?: string
    /** Port to listen on; 0 takes a free one. Default 8080. */
    readonly port?: number
    /** Peers whose `X-Forwarded-*`, `Forwarded` and request id are believed: addresses or networks. Default: none. */
    readonly trustedProxies?: readonly string[]
    /** HTTPS instead of HTTP; a reload swaps the certificate. Default: none. */
    readonly tls?: ListenerTlsOptions
    /** HTTP/2 (RFC 9113) beside HTTP/1.1, as the client chooses by ALPN; needs `tls`. Default false. */
    readonly http2?: boolean
    /** After SIGTERM: how long to keep accepting while readiness is already off. Default `5s`. */
    readonly preStop?: Duration
    /** Then: longest wait for requests in flight. Default `30s`. */
    readonly drain?: Duration
    /**
     * Defaults: headers `16kb` in 100 lines, target `8kb` with 1,000 query parameters, 10,000 connections of 10,000 requests,
     * 256 connections per address, 100 requests at a time over HTTP/2.
     */
    readonly limits?: {
      readonly headers?: Size
      readonly headerCount?: number
      readonly uri?: Size
      readonly queryParameters?: number
      readonly connections?: number
      readonly connectionsPerIp?: number
      readonly requestsPerConnection?: number
      readonly streams?: number
    }
    /** Slowest that a request body may come in, else 408. Default: 240 bytes per second over any five seconds. */
    readonly bodyRate?: false | { readonly bytes?: Size; readonly over?: Duration }
    /** When new requests are refused with 503. Defaults: an event loop later than `200ms`, a heap used to 0.95. */
    readonly overload?: false | { readonly eventLoopDelay?: Duration; readonly heap?: number }
    /** Defaults: headers `10s`, request `5m`, keepAlive `70s`. */
    readonly timeouts?: { readonly headers?: Duration; readonly request?: Duration; readonly keepAlive?: Duration }
  }
  /** The listener for operators: `/healthz`, `/readyz`, `/metrics`, `POST /cache/purge`, `POST /revocations`. Default `127.0.0.1:9901`. */
  readonly admin?: false | { readonly host?: string; readonly port?: number }
  readonly log?: {
    readonly level?: 'silent' | 'error' | 'warn' | 'info' | 'debug'
    /** One line per request. Default true. */
    readonly access?: boolean
    /** Warns of certificates that expire within this time; `0s` never. Default `14d`. */
    readonly certificateExpiry?: Duration
    /** Request headers to log; credentials among them are redacted. */
    readonly headers?: readonly string[]
    /** Logs the query, with the values of secret-looking parameters redacted. Default false. */
    readonly query?: boolean
  }
  /** Shared state for several processes. `prefix` starts every key; default `gw`. */
  readonly redis?: RedisOptions
  /** Header that carries the request id. Default `x-request-id`. */
  readonly requestId?: { readonly header?: string }
  /** What the `type` of a problem starts with. Default `urn:problem:`. */
  readonly problems?: { readonly base?: string }
  /** Bounds on JSON in requests. Defaults: 64 levels, 50,000 members and elements. */
  readonly json?: JsonLimitOptions
  /** Lane of routes that do not say. Default `direct`. */
  readonly lifecycle?: 'direct' | 'hapi'
}

/** A gateway as declared: data, not yet validated. */
export interface Gateway {
  readonly '~gateway': true
  readonly options: GatewayOptions
  readonly [STAMP]: Stamp
}

/** Declares the gateway. Nothing is validated here; loading validates everything and reports all issues at once. */
export function defineGateway(options: GatewayOptions): Gateway {
  return Object.freeze({ '~gateway': true as const, options, [STAMP]: stampOf(defineGateway) })
}
