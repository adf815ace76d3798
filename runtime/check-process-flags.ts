import { ConfigError } from '../sdk/index.js'

/**
 * Refuses to run where Node was told to parse HTTP leniently: that flag overrides what a server asks for, and lets through
 * the requests that two parsers read differently.
 * @throws ConfigError GW1906
 */
export function checkProcessFlags(execArgv: readonly string[], nodeOptions: string | undefined): void {
  const flags = [...execArgv, ...(nodeOptions ?? '').split(/\s+/)]
  if (!flags.some((flag) => /^["']?--insecure[-_]http[-_]parser\b(?!=false)/.test(flag))) return
  throw new ConfigError([
    {
      code: 'GW1906',
      path: [],
      message: 'Node runs with --insecure-http-parser, which opens the gateway to request smuggling',
      hint: 'remove it from the command line and from NODE_OPTIONS',
    },
  ])
}
