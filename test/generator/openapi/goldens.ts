import { emitOpenApi, type OpenApiVariant } from 'gatewright/generator'
import { type Gateway, resolveGateway } from '../../../sdk/index.js'
import type { Goldens } from '../../helpers/golden.js'
import { authGateway } from './cases/auth.js'
import { matchGateway } from './cases/match.js'
import { passThrough } from './cases/pass-through.js'
import { shopGateway } from './cases/shop.js'

const CASES: Readonly<Record<string, Gateway>> = { auth: authGateway, match: matchGateway, 'pass-through': passThrough, shop: shopGateway }
const DOCS = new Map([
  ['products.list', { summary: 'Products', description: 'Hidden by the route’s own description.' }],
  ['orders.get', { summary: 'One order', description: 'Finds an order by its number.' }],
])

function filesOf(name: string, gateway: Gateway, variant: OpenApiVariant): [string, string][] {
  const { json, yaml } = emitOpenApi(resolveGateway(gateway), { variant, docs: DOCS })
  const stem = variant === 'public' ? 'openapi' : 'openapi.internal'
  return [
    [`${name}/${stem}.json`, json],
    [`${name}/${stem}.yaml`, yaml],
  ]
}

/** The documents of every case, as they are stored under `test/golden/openapi/`. */
export function openApiGoldens(): Goldens {
  const files = Object.entries(CASES).flatMap(([name, gateway]) => [
    ...filesOf(name, gateway, 'public'),
    ...(name === 'shop' || name === 'pass-through' ? filesOf(name, gateway, 'internal') : []),
  ])
  return { folder: 'openapi', files: new Map(files.sort(([left], [right]) => (left < right ? -1 : 1))) }
}
