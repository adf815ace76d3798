import { ConfigError } from '../../sdk/index.js'
import type { ResolvedUpstream } from '../../sdk/resolved.js'
import { isUnverified } from '../../sdk/upstream-tls.js'
import { UpstreamTls, type UpstreamTlsDeps } from './tls/upstream-tls.js'

/**
 * Reads what an upstream's connections trust and show, and follows its files.
 * @throws ConfigError GW1907, or GW1641 where certificates would go unverified in production
 */
export function compileTls({ name, settings: { tls } }: ResolvedUpstream, deps: UpstreamTlsDeps): UpstreamTls {
  if (isUnverified(tls)) {
    if (process.env['NODE_ENV'] === 'production')
      throw new ConfigError([
        {
          code: 'GW1641',
          path: [],
          message: `certificates of the upstream "${name}" are not verified, and \`NODE_ENV\` is \`production\``,
          hint: 'trust the authority that issued them with `ca`, or name their keys with `pins`',
        },
      ])
    deps.log.warn(
      { upstream: name },
      'certificates of the upstream are not verified: anyone on the way can read and change what it is sent',
    )
  }
  return new UpstreamTls(name, tls, deps)
}
