import { Taps } from '../forward/taps.js'
import { Mirror } from '../mirror/mirror.js'
import { MirrorBoard } from '../mirror/mirror-board.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { keepPool } from '../upstreams/keep-pool.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `mirror`; what was measured and is under way is kept over reloads. */
export const compileMirror: CompilePolicy<'mirror'> = (settings, { identity, key, services }) => {
  const board = services.keep('mirrors', () => new MirrorBoard(services))
  const pool = keepPool(settings.to, services)
  const mirror = services.keep(
    `mirror:${identity}:${key}:${JSON.stringify(settings)}`,
    () => new Mirror(settings, { pool, board, log: services.log }),
  )
  const { header } = settings
  return {
    request(given) {
      const exchange = given as GatewayExchange
      if (exchange.req.headers[header] !== undefined) exchange.removeRequestHeader(header)
      exchange.taps ??= new Taps()
      exchange.taps.add(mirror)
    },
  }
}
