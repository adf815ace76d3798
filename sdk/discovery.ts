import { z } from 'zod'
import { type Duration, timerDuration } from './schemas/text.js'
import { type TargetOptions, type TargetRules, type TargetSettings, targetIssues, targetSchema } from './target.js'

/** Most targets of one upstream that are found. */
export const MOST_FOUND = 1_000

const NAME = /^(?=.{1,254}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/i
const hostName = z.string().regex(NAME, 'expected a domain name')

/** An address with or without a port: `10.0.0.2`, `127.0.0.1:5353`, `[::1]:53`. */
function isServer(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([\d.]+|[\da-f:]*:[\da-f:]*:[\da-f:]*))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const address = bracketed ?? plain
  return address !== undefined && z.union([z.ipv4(), z.ipv6()]).safeParse(address).success && Number(port ?? 53) <= 65_535
}

const stale = z
  .union([z.literal('forever'), timerDuration], 'expected "forever" or a duration')
  .transform((given) => (given === 'forever' ? Number.POSITIVE_INFINITY : given))

/** Asks a name server for the addresses of a name, again and again. */
export const dnsSchema = z
  .strictObject({
    /** Which of `dns`, `file` and `discover` made it; set by them. */
    from: z.literal('dns'),
    /** The name to ask for; with `type: 'SRV'` such as `_http._tcp.api.internal`. */
    name: hostName,
    /** `A` (default): IPv4 addresses; `AAAA`: IPv6; `SRV`: hosts with ports, weights and priorities (RFC 2782). */
    type: z.enum(['A', 'AAAA', 'SRV']).default('A'),
    /** Port of every target; the scheme's own by default. Not with `SRV`, whose records have it. */
    port: z.int().min(1).max(65_535).optional(),
    /** Scheme of every target. Default `http`. */
    scheme: z.enum(['http', 'https']).default('http'),
    /** Path put before the request's, such as `/base`. */
    path: z
      .string()
      .regex(/^\/[^\s?#]*$/, 'expected a path that begins with "/"')
      .optional(),
    /** What `Host` says and certificates are held to. Default: the name, without `_service._proto.` with `SRV`. */
    host: hostName.optional(),
    /** Name servers to ask, such as `['10.0.0.2', '127.0.0.1:5353']`. Default: those of the system. */
    servers: z.array(z.string().refine(isServer, 'expected an IP address, with a port if it is not 53')).min(1).max(16).optional(),
    /** Shortest time until the name is asked for again, whatever its TTL. Default `1s`. */
    minTtl: timerDuration.refine((ms) => ms >= 100, 'expected 100ms or more').prefault('1s'),
    /** Longest time until the name is asked for again, whatever its TTL. Default `30s`. */
    maxTtl: timerDuration.prefault('30s'),
    /** Longest wait for one answer. Default `2s`. */
    timeout: timerDuration.refine((ms) => ms > 0, 'expected more than 0').prefault('2s'),
    /** How long the last answer is used while there is no new one. Default `5m`. */
    stale: stale.prefault('5m'),
  })
  .superRefine(({ type, port, minTtl, maxTtl }, ctx) => {
    if (type === 'SRV' && port !== undefined)
      ctx.addIssue({ code: 'custom', path: ['port'], message: 'has no effect with `SRV`, whose records say the port' })
    if (maxTtl < minTtl) ctx.addIssue({ code: 'custom', path: ['maxTtl'], message: 'is less than `minTtl`' })
  })

const fileSchema = z.strictObject({
  /** Which of `dns`, `file` and `discover` made it; set by them. */
  from: z.literal('file'),
  /** Path of a JSON file with a list of targets, from the working directory; read again when it changes. */
  file: z.string().min(1),
})

const discoverSchema = z.strictObject({
  /** Which of `dns`, `file` and `discover` made it; set by them. */
  from: z.literal('discover'),
  /** Yields the whole list of targets each time it changes. */
  discover: z.custom<Discover>((value) => typeof value === 'function', 'expected a function such as async function* (signal) { … }'),
  /** How long the last list is used while there is no new one. */
  stale: stale.prefault('forever'),
})

/** Where targets are found while the gateway runs. */
export const targetSourceSchema = z.discriminatedUnion('from', [dnsSchema, fileSchema, discoverSchema])

export type TargetSourceSettings = z.output<typeof targetSourceSchema>
export type DnsSettings = z.output<typeof dnsSchema>

/**
 * Yields an upstream's targets, the whole list each time, until `signal` says that nobody needs them any more. One that throws is called
 * again after a while, as is one that ends without a list or with one that cannot be used; any other end leaves its last list in use.
 */
export type Discover = (signal: AbortSignal) => AsyncIterable<readonly (string | TargetOptions)[]>

/** Options of {@link dns}. */
export interface DnsOptions {
  /** `A` (default): IPv4 addresses; `AAAA`: IPv6; `SRV`: hosts with ports, weights and priorities (RFC 2782). */
  readonly type?: 'A' | 'AAAA' | 'SRV'
  /** Port of every target; the scheme's own by default. Not with `SRV`. */
  readonly port?: number
  /** Scheme of every target. Default `http`. */
  readonly scheme?: 'http' | 'https'
  /** Path put before the request's, such as `/base`. */
  readonly path?: `/${string}`
  /** What `Host` says and certificates are held to. Default: the name, without `_service._proto.` with `SRV`. */
  readonly host?: string
  /** Name servers to ask. Default: those of the system. */
  readonly servers?: readonly string[]
  /** Shortest time until the name is asked for again, whatever its TTL. Default `1s`. */
  readonly minTtl?: Duration
  /** Longest time until the name is asked for again, whatever its TTL. Default `30s`. */
  readonly maxTtl?: Duration
  /** Longest wait for one answer. Default `2s`. */
  readonly timeout?: Duration
  /** How long the last answer is used while there is no new one. Default `5m`. */
  readonly stale?: Duration | 'forever'
}

/** Where an upstream's targets are found while the gateway runs; made by {@link dns}, {@link file} and {@link discover}. */
export type TargetSource =
  | (DnsOptions & { readonly from: 'dns'; readonly name: string })
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'discover'; readonly discover: Discover; readonly stale?: Duration | 'forever' }

/** Targets that a name server tells: one for each address of a name, asked for again when its TTL is over. The hosts file is not read. */
export function dns(name: string, options: DnsOptions = {}): TargetSource {
  return Object.freeze({ ...options, from: 'dns', name })
}

/** Targets from a JSON file, a list such as `["http://10.0.0.1:4001", { "url": "…", "weight": 2 }]`, read again when it changes. */
export function file(path: string): TargetSource {
  return Object.freeze({ from: 'file', file: path })
}

/** Targets that a function yields; `stale` is how long its last list is used while it fails, default `'forever'`. */
export function discover(source: Discover, options: { readonly stale?: Duration | 'forever' } = {}): TargetSource {
  return Object.freeze({ ...options, from: 'discover', discover: source })
}

const found = z.array(targetSchema).min(1, 'expected at least one target').max(MOST_FOUND)

/** Reads a list of targets that was found; a text says what is wrong with it. */
export function readTargets(given: unknown, rules: TargetRules): readonly TargetSettings[] | string {
  const read = found.safeParse(given)
  if (!read.success) return flawAt(read.error.issues[0])
  const [issue] = targetIssues(read.data, rules)
  if (issue) return flawAt(issue)
  const urls = new Set(read.data.map((entry) => (typeof entry === 'string' ? entry : entry.url).replace(/\/+$/, '')))
  return urls.size === read.data.length ? read.data : 'a target is in the list twice'
}

function flawAt(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  if (!issue) return 'cannot be read'
  return issue.path.length === 0 ? issue.message : `[${issue.path.map(String).join('.')}] ${issue.message}`
}
