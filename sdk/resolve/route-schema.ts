import { z } from 'zod'
import { convertSchema } from '../convert.js'
import { deprecationSchema } from '../deprecation.js'
import { fallbackSchema } from '../fallback.js'
import { routeHedgeSchema } from '../hedge.js'
import { matchSchema } from '../match.js'
import { responseCheckSchema } from '../response-check.js'
import { routeRetrySchema } from '../retry.js'
import { byStatus } from '../schemas/statuses.js'
import { size } from '../schemas/text.js'
import { isZodSchema, keyValue, zodSchema } from '../schemas/values.js'
import { timeoutsSchema } from '../upstream.js'
import { webSocketSchema } from '../websocket.js'

type MapFunction = (body: unknown, ctx: unknown) => unknown

const isMapFunction = (value: unknown): value is MapFunction => typeof value === 'function'
const isFinalStatus = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599
const RESPONSE_WORDS = ['problem', 'empty', 'text', 'binary'] as const

type ResponseSpec = z.output<typeof zodSchema> | (typeof RESPONSE_WORDS)[number]

const isResponseSpec = (value: unknown): value is ResponseSpec => isZodSchema(value) || RESPONSE_WORDS.some((word) => word === value)

/** The options of a route as the load checks them; upstream, auth and policies are resolved on their own. */
export const routeSchema = z.strictObject({
  /**
   * The method, or `*` for any that has no route of its own on the path. OpenAPI 3.1 and the client have no place for `*` and
   * `QUERY` (RFC 10008), so routes with these are left out of them.
   */
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY', '*']),
  /** Segments of literal text or one whole parameter: `/users/{id}`, `/{id:[0-9]+}`, `/files/{rest*}`. A group's prefix comes before it. */
  path: z.string(),
  /** Where requests are sent: a value made by `upstream` or `rollout`. Every route has this or `compose`. */
  upstream: z.unknown().optional(),
  /** Several calls that the response is made of, instead of `upstream`: a value made by `compose`. */
  compose: z.unknown().optional(),
  /** Who may call: a value made by `jwt`, `apiKey` or `anyOf`; on a group's route it is the group's. Default: anyone. */
  auth: z.unknown().optional(),
  /** Policies by name, after those of the gateway and the group. */
  use: z.unknown().optional(),
  /**
   * What requests are sent to one target by, where the upstream has `balance: 'consistent-hash'`: a key such as `ip`, `header('x-tenant')`,
   * `cookie('session')`, `param('id')` or `session.key(...)`; an empty one sends a request anywhere.
   */
  affinity: keyValue.optional(),
  /** Conditions beyond method and path; a route with conditions is tried before one without. */
  match: matchSchema.optional(),
  /** The version of the API that the route belongs to: a value made by a function of `versions({ … })`. Default: the group's, else none. */
  version: z.unknown().optional(),
  /** Schema of the path parameters; strings before parsing. Must have exactly the path's parameters. */
  params: zodSchema.optional(),
  /** Schema of the query; strings (lists where repeated or where the schema has a list) before parsing. Unknown keys pass. */
  query: zodSchema.optional(),
  /** Refuses query parameters that neither `query` nor `match` names. Default false: they pass. */
  strictQuery: z.boolean().default(false),
  /** Schema of request headers, by lower-case name; strings before parsing. Others pass. */
  headers: zodSchema.optional(),
  /** Schema of request cookies (RFC 6265); strings before parsing. Others pass. */
  cookies: zodSchema.optional(),
  /** Schema of the request body: JSON, unless it is a `z.file()`, sent as its own bytes, or holds one, sent as a multipart form. */
  body: zodSchema.optional(),
  /**
   * The media types that `body` may come in: `json`, `form` (`application/x-www-form-urlencoded`), `xml`, `csv` and `multipart` (RFC 7578), at most
   * 1,000 parts. Fields of forms, XML and CSV are texts, or files, before parsing; lists where repeated or where the schema has a list. What the schema
   * yields goes upstream in the media type that came, or as JSON from `mapRequest`, unless `convert.request` says otherwise. Default: by the schema.
   */
  accepts: z
    .array(z.enum(['json', 'form', 'xml', 'csv', 'multipart']))
    .min(1)
    .optional(),
  /** Lets callers speak JSON where the upstream speaks XML, CSV or URL-encoded forms. Default: nothing is converted. */
  convert: convertSchema.optional(),
  /** What callers get, by status. */
  responses: byStatus(isResponseSpec, 'a schema, "problem", "empty", "text" or "binary"').default({}),
  /**
   * What becomes of responses that break `responses`: with `warn` they pass and are counted as `gatewright_contract_violations_total`, an
   * undeclared status among them, for all responses or an evenly spread share (`{ mode: 'warn', sample: 0.1 }`); with `enforce` JSON that does not
   * match its schema is 502, and what matches is sent as the schema yields it. Both ask the upstream for responses without content coding. Default `off`.
   */
  validateResponse: responseCheckSchema.prefault('off'),
  /**
   * Redacts what `responses` mark `.meta({ secret: true })`: a member that may be absent is removed, any other masked as `***`, which its schema
   * must allow. Responses with such a schema are checked as with `validateResponse: 'enforce'`. Default false.
   */
  redactSecrets: z.boolean().default(false),
  /** Schema of the JSON body that the upstream takes; `mapRequest` must return it. */
  upstreamBody: zodSchema.optional(),
  /** Schemas of what the upstream answers, by status; checked before `mapResponse` sees it. */
  upstreamResponses: byStatus(isZodSchema, 'a zod 4 schema').default({}),
  /** Turns the caller's body into the upstream's. */
  mapRequest: z.custom<MapFunction>(isMapFunction, 'expected a function').optional(),
  /** Turns the upstream's JSON into the declared response, by status. */
  mapResponse: byStatus(isMapFunction, 'a function').default({}),
  /** Statuses of the upstream that callers get as another, declared one; everything else goes by the new one. 204 and 304 drop the body. */
  mapStatus: byStatus(isFinalStatus, 'whole number, 200 to 599').default({}),
  /** One line for the documents. Default: the comment above the route's key, else the words of the key. */
  summary: z.string().min(1).optional(),
  /** More for the documents; Markdown. */
  description: z.string().min(1).optional(),
  /** Groups the route in the documents. Default: the group's, else the first key of the route's path under `routes`. */
  tags: z.array(z.string().min(1)).optional(),
  /** Marks the operation in documents and client; with its dates, also tells callers, counts who still calls, and ends it. Default false. */
  deprecated: z.union([z.boolean(), deprecationSchema], 'expected true, false or { since, … }').default(false),
  /** Keeps the route out of the public OpenAPI document and client. Default false. */
  internal: z.boolean().default(false),
  /** The path sent upstream, a template over the same parameters. Default: the path as received. */
  upstreamPath: z.string().optional(),
  /** Text removed from the front of the path before it is sent upstream; excludes `upstreamPath`. */
  stripPrefix: z
    .string()
    .regex(/^\/.*[^/]$/, 'expected a prefix such as "/api": starts with "/", does not end with it')
    .optional(),
  /**
   * Rewrites `Location` and `Content-Location` of 201 and 3xx responses that point at the upstream itself: its origin and base path are taken off
   * and `stripPrefix` is put back. Others pass, and with `upstreamPath` the path stays as it is. Default: true where
   * the route has `stripPrefix` or a target has a base path, since such locations lead callers nowhere; false elsewhere.
   */
  rewriteLocation: z.boolean().optional(),
  /**
   * Makes cookies that the upstream sets reach it again (RFC 6265 section 4.1.2): `Path` loses the base path and gets `stripPrefix`, and a `Domain`
   * that names the upstream's own host is left out, so that the cookie is the gateway's host alone. Other domains, `__Host-` cookies, which must keep
   * `Path=/`, and paths elsewhere pass. Default: true where the route has `stripPrefix` or a target has a base path; false elsewhere.
   */
  rewriteCookies: z.boolean().optional(),
  /** The `Host` sent upstream: the target's, or the client's. Default `upstream`. */
  host: z.enum(['upstream', 'preserve']).default('upstream'),
  /**
   * What becomes of `%2f` in a path: refused with 400, or matched and sent as part of its segment (`keep`), as package registries need
   * for `/@scope%2fname`. Only for upstreams that do not take it for a separator. Default `reject`.
   */
  encodedSlashes: z.enum(['reject', 'keep']).default('reject'),
  /** Largest request body. Default `1mb`. */
  bodyLimit: size.prefault('1mb'),
  /** Largest upstream response that a buffered route collects. Default `4mb`. */
  responseLimit: size.prefault('4mb'),
  /** Timeouts of the upstream call, over the upstream's own. */
  timeouts: timeoutsSchema.omit({ connect: true }).optional(),
  /** How failed attempts are repeated, in place of the upstream’s `retry`, whose budget holds; `false` sends nothing twice. */
  retry: z.union([z.literal(false), routeRetrySchema], 'expected false or { attempts, on, … }').optional(),
  /** When another target is asked too, in place of the upstream’s `hedge`, whose budget holds; `false`: never. */
  hedge: z.union([z.literal(false), routeHedgeSchema], 'expected false or { after, max }').optional(),
  /** What callers get when the upstream fails, in place of a problem: what another upstream answers, or a response of your own. Default: the problem. */
  fallback: fallbackSchema.optional(),
  /** `hapi` answers through hapi's response lifecycle, for extensions that must see the response. Default: the gateway's. */
  lifecycle: z.enum(['direct', 'hapi']).optional(),
  /**
   * Lets WebSocket handshakes through (RFC 6455); needs method GET or `*`. Other requests are proxied as ever. `true` takes the defaults.
   * What comes through a connection never passes through hapi’s lifecycle. Default: `Upgrade` is ignored.
   */
  websocket: z.union([z.literal(true), webSocketSchema], 'expected `true` or the options of a WebSocket route').optional(),
})

/** Parsed options of a route. */
export type RouteSettings = z.output<typeof routeSchema>
