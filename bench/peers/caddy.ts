import { prefixes, type RowName } from '../harness/rows.js'

/** Caddy: no admin endpoint, no log, kept-alive upstream connections. */
export function caddyConfig(row: RowName, port: number, upstreamPort: number): string {
  const handle = (prefix: string) => `  handle ${prefix}/* {
    reverse_proxy 127.0.0.1:${upstreamPort} {
      transport http {
        keepalive_idle_conns_per_host 256
      }
    }
  }`
  return `{
  admin off
  auto_https off
  log default {
    output discard
  }
}
http://127.0.0.1:${port} {
${prefixes(row).map(handle).join('\n')}
}
`
}
