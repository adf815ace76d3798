import type { TLSSocket } from 'node:tls'
import { SECURITY_HEADERS, type SecurityHeadersSettings } from '../../sdk/policies/security-headers.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `securityHeaders`. */
export const compileSecurityHeaders: CompilePolicy<'security-headers'> = (settings) => {
  const { strictTransportSecurity, ...rest } = settings
  const lines = (Object.keys(rest) as (keyof SecurityHeadersSettings)[]).flatMap((key) => {
    const value = settings[key]
    return value === false ? [] : [[SECURITY_HEADERS[key].toLowerCase(), value] as const]
  })
  return {
    response(given) {
      const exchange = given as GatewayExchange
      for (const [name, value] of lines) exchange.setResponseHeader(name, value)
      if (strictTransportSecurity === false) return
      const { req } = exchange
      // RFC 6797 section 7.2 forbids it over plain HTTP. A proxy in front that speaks HTTPS says so; who else says it fools only itself.
      const secure = (req.socket as TLSSocket | undefined)?.encrypted === true || req.headers['x-forwarded-proto'] === 'https'
      if (secure) exchange.setResponseHeader('strict-transport-security', strictTransportSecurity)
    },
  }
}
