import type * as undici from 'undici'

/**
 * One part of undici by the file that has it. The package's entry loads fetch, caches, mocks and WebSocket too, which takes
 * twice as long as what every request needs; a version that keeps the part elsewhere is loaded whole. Its entry alone gives
 * clients `request` and the like.
 */
async function part<N extends keyof typeof undici>(
  name: N,
  load: () => Promise<{ readonly default: unknown }>,
): Promise<(typeof undici)[N]> {
  try {
    return (await load()).default as (typeof undici)[N]
  } catch {
    return ((await import('undici')).default as unknown as typeof undici)[name]
  }
}

export const Pool = await part('Pool', () => import('undici/lib/dispatcher/pool.js'))
export const Dispatcher = await part('Dispatcher', () => import('undici/lib/dispatcher/dispatcher.js'))
export const buildConnector = await part('buildConnector', () => import('undici/lib/core/connect.js'))
export const errors = await part('errors', () => import('undici/lib/core/errors.js'))
