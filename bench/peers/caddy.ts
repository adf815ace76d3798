import { ROUTE_COUNT, type RowName } from '../harness/rows.js'

/** Caddy: no admin endpoint, no log, kept-alive upstream connections. */
export function caddyConfig(row: RowName, port: number, upstreamPort: number): string {
  const paths = row === 'routes' ? Array.from({ length: ROUTE_COUNT }, (_, index) => `/r${index}/items/*`) : ['/items/*']
  const handle = (path: string) => `  handle ${path} {
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
${paths.map(handle).join('\n')}
}
`
}
