import { Problem } from '../../sdk/index.js'

/** The shared store is asked again within this time of its return. */
const STORE_RECOVERY_SECONDS = '5'

/** What `onStoreFailure: 'closed'` answers. */
export function storeUnavailable(cause: unknown): Problem {
  return new Problem('UNAVAILABLE', { headers: ['Retry-After', STORE_RECOVERY_SECONDS], cause })
}
