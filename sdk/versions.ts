import { z } from 'zod'
import { headerName } from './schemas/text.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'

/** Where requests say which version they mean: in a header, a query parameter, or the media type that they accept. */
export type VersionPlace =
  | { readonly header: string; readonly query?: never; readonly accept?: never }
  | { readonly query: string; readonly header?: never; readonly accept?: never }
  | { readonly accept: `${string}{version}${string}`; readonly header?: never; readonly query?: never }

/** Options of {@link versions}. */
export type VersionsOptions<V extends string> = VersionPlace & {
  /** Every version there is; a request with another one is answered 400 on versioned routes. */
  readonly known: readonly V[]
  /** The version of requests that name none. Default: such requests are answered 400. */
  readonly default?: NoInfer<V>
}

const word = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'expected a version of letters, digits, ".", "_" or "-"')
const accept = z
  .string()
  .regex(
    /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]*\{version\}[a-z0-9!#$&^_.+-]*$/i,
    'expected a media type such as "application/vnd.shop.v{version}+json"',
  )

/** The options of {@link versions}, checked where a version is used. */
export const versionsSchema = z
  .strictObject({
    /** Name of the request header that carries the version. */
    header: headerName.optional(),
    /** Name of the query parameter that carries the version. */
    query: z.string().min(1).optional(),
    /** A media type with `{version}` in it, for versions in `Accept` (RFC 9110 section 12.5.1). */
    accept: accept.optional(),
    /** Every version there is. */
    known: z.array(word).min(1),
    /** The version of requests that name none. Default: such requests are refused. */
    default: word.optional(),
  })
  .superRefine((given, ctx) => {
    const places = [given.header, given.query, given.accept].filter((place) => place !== undefined)
    if (places.length !== 1) ctx.addIssue({ code: 'custom', message: 'expected one of `header`, `query` and `accept`' })
    if (given.default !== undefined && !given.known.includes(given.default))
      ctx.addIssue({ code: 'custom', path: ['default'], message: `the default "${given.default}" is not among \`known\`` })
  })

/** Parsed options of {@link versions}. */
export type VersionsSettings = z.output<typeof versionsSchema>

/** One version of an API: what a route or group has as `version`. */
export interface Version {
  readonly '~version': string
  readonly options: unknown
  readonly [STAMP]: Stamp
}

/**
 * Declares the versions of an API and where requests name theirs. The function it returns makes the `version` of a route or
 * group; a version that is not among `known` does not compile.
 */
export function versions<const V extends string>(options: VersionsOptions<V>): (version: V) => Version {
  const stamp = stampOf(versions)
  return (version) => Object.freeze({ '~version': version, options, [STAMP]: stamp })
}
