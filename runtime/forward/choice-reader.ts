import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { parseCookies } from '../pipeline/parse-cookies.js'
import { sentHeader } from './sent-header.js'

type Read = (exchange: GatewayExchange) => string | undefined

/** What of a request the choice of its target depends on; each undefined where the upstream does not ask for it. */
export interface ChoiceReader {
  readonly affinity: Read | undefined
  readonly subset: Read | undefined
  readonly bond: Read | undefined
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
