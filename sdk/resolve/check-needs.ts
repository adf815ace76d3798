import type { GatewaySettings } from '../gateway.js'
import type { GatewayNeed } from '../policy.js'
import type { IssueCollector } from './issues.js'
import type { Place } from './place.js'

const NEEDS: Readonly<
  Record<GatewayNeed, { readonly met: (settings: GatewaySettings) => boolean; readonly message: string; readonly hint: string }>
> = {
  redis: {
    met: ({ redis }) => redis !== undefined,
    message: 'this keeps its state in Redis, and the gateway has none',
    hint: 'give the gateway `redis: { url: … }`',
  },
  clientCa: {
    met: ({ server }) => server.tls?.clientCa !== undefined || server.tls?.clientCaFile !== undefined,
    message: 'this checks client certificates, and the listener asks for none',
    hint: 'give `server.tls` a `clientCaFile`: the certificates of those who issue them',
  },
}

/** Reports policies that need what the gateway does not have. */
export function checkNeeds(
  needs: readonly { readonly need: GatewayNeed; readonly place: Place }[],
  settings: GatewaySettings,
  issues: IssueCollector,
): void {
  for (const { need, place } of needs) {
    const { met, message, hint } = NEEDS[need]
    if (!met(settings)) issues.add('GW1305', place, message, { hint })
  }
}
