import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { parseCookies } from '../pipeline/parse-cookies.js'

type Read = (exchange: GatewayExchange) => string | undefined

/** What of a request the choice of its target depends on; each undefined where the upstream does not ask for it. */
export interface ChoiceReader {
  readonly affinity: Read | undefined
  readonly subset: Read | undefined
  readonly bond: Read | undefined
}

/** A header's value as it is sent upstream: what a step set last, else what came. */
function sentHeader({ req, requestEdits }: GatewayExchange, name: string): string | undefined {
  const edit = requestEdits?.findLast((one) => one.name.toLowerCase() === name)
  if (edit) return edit.value
  const value = req.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** What a route's upstream wants to know of each request; undefined where it chooses without looking at them. */
export function compileChoiceReader({ affinity, upstream }: Pick<ResolvedRoute, 'affinity' | 'upstream'>): ChoiceReader | undefined {
  const { subset, sticky } = upstream.settings
  if (!affinity && !subset && !sticky) return undefined
  const header = subset?.header.toLowerCase()
  return {
    affinity: affinity && ((exchange) => affinity.read(exchange as never)),
    subset: header === undefined ? undefined : (exchange) => sentHeader(exchange, header),
    bond: sticky && ((exchange) => parseCookies(exchange.req.headers.cookie)[sticky.cookie]),
  }
}
