import type { Services } from '../services.js'
import type { UpstreamEvent } from '../types.js'

/** Hands what happens to upstreams to a user's function; one that throws is logged and disturbs nothing. */
export function tellUpstream(listener: ((event: UpstreamEvent) => void) | undefined, log: Services['log']): Services['tell'] {
  if (!listener) return () => undefined
  return (event) => {
    try {
      listener(event)
    } catch (error) {
      log.error({ err: error, ...event }, '`onUpstream` failed')
    }
  }
}
