import { createSecureContext, type SecureContext } from 'node:tls'
import { ConfigError } from '../../sdk/index.js'
import type { UpstreamSettings } from '../../sdk/upstream.js'

/**
 * Reads what an upstream's connections trust and show; undefined where it is Node's own defaults.
 * @throws ConfigError GW1907
 */
export function compileTls(upstream: string, tls: UpstreamSettings['tls']): SecureContext | undefined {
  if (!tls) return undefined
  try {
    return createSecureContext({ ...tls, minVersion: 'TLSv1.2' })
  } catch (error) {
    throw new ConfigError([
      {
        code: 'GW1907',
        path: [],
        message: `\`tls\` of the upstream "${upstream}" cannot be used: ${(error as Error).message}`,
        hint: 'give PEM texts: `ca` and `cert` of certificates, `key` of the private key that `cert` was made for',
      },
    ])
  }
}
