import { type TapSource, Taps } from '../forward/taps.js'
import { Mirror } from '../mirror/mirror.js'
import { MirrorBoard } from '../mirror/mirror-board.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { keepPool } from '../upstreams/keep-pool.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `mirror`; what was measured and is under way is kept over reloads. */
export const compileMirror: CompilePolicy<'mirror'> = (settings, { identity, key, services }) => {
  const board = services.keep('mirrors', () => new MirrorBoard(services))
  const { to, header, ...rest } = settings
  const target = { to, pool: keepPool(to, services) }
  const name = `mirror:${identity}:${key}:${JSON.stringify({ ...rest, header, to: to.name })}`
  const mirror = services.keep(name, () => new Mirror({ ...rest, header }, { board, log: services.log }))
  const source: TapSource = { open: (exchange, route, context) => mirror.open(exchange, route, context, target) }
  return {
    request(given) {
      const exchange = given as GatewayExchange
      if (exchange.req.headers[header] !== undefined) exchange.removeRequestHeader(header)
      exchange.taps ??= new Taps()
      exchange.taps.add(source)
    },
  }
}
