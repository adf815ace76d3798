import { createRequire } from 'node:module'
import type * as undici from 'undici'

const require = createRequire(import.meta.url)

/**
 * One part of undici by the file that has it. The package's entry loads fetch, caches, mocks and WebSocket too, which takes
 * twice as long as what every request needs; a version that keeps the part elsewhere is loaded whole. Its entry alone gives
 * clients `request` and the like.
 */
function part<N extends keyof typeof undici>(name: N, file: string): (typeof undici)[N] {
  try {
    return require(`undici/lib/${file}`)
  } catch {
    return (require('undici') as typeof undici)[name]
  }
}

export const Pool = part('Pool', 'dispatcher/pool.js')
export const Dispatcher = part('Dispatcher', 'dispatcher/dispatcher.js')
export const buildConnector = part('buildConnector', 'core/connect.js')
export const errors = part('errors', 'core/errors.js')
