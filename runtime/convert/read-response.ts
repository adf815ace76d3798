import { Problem, type Schema } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { CreateFormat } from './body-format.js'
import type { Converters } from './load-converters.js'

/** Most elements, attributes and fields of one response; its size is the route's `responseLimit`. */
const MOST_VALUES = 500_000

/** What a response may say it is that none of the formats is, and each of the formats. */
const OTHER_TYPES = /^(?:[\w.+-]+\/(?:[\w.+-]+\+)?(?:json|xml|csv|html|x-www-form-urlencoded)|multipart\/.*|image\/.*)\s*(?:;|$)/i

/** Reads the bytes of an upstream's response; throws a problem for what is not in the format. */
export type ReadResponse = (bytes: Buffer, contentType: string, failed: () => void) => unknown

/** How the responses of a route with `convert.response` are read; undefined where it has none. */
export function responseReader(
  { convert, json }: ResolvedRoute,
  schema: Schema | undefined,
  converters: Converters,
): ReadResponse | undefined {
  const settings = convert?.response
  if (!settings) return undefined
  const bounds = { depth: json.depth, values: MOST_VALUES }
  const format = (converters[settings.format] as CreateFormat)({ settings, schema, bounds })
  const refuse = (failed: () => void, cause?: unknown): never => {
    failed()
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: `The upstream’s response is not ${format.name}.`, cause })
  }
  return (bytes, contentType, failed) => {
    if (OTHER_TYPES.test(contentType) && !format.matches(contentType)) return refuse(failed)
    try {
      return format.read(bytes, contentType)
    } catch (cause) {
      return refuse(failed, cause)
    }
  }
}

/** What a route's upstream is asked for; undefined where it is the client's choice. */
export function responseMediaType({ convert }: ResolvedRoute): string | undefined {
  if (!convert?.response) return undefined
  return { xml: 'application/xml, text/xml;q=0.9', csv: 'text/csv', form: 'application/x-www-form-urlencoded' }[convert.response.format]
}
