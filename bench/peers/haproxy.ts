import { ROUTE_COUNT, type RowName } from '../harness/rows.js'

/** HAProxy: one thread, kept-alive upstream connections, no log. */
export function haproxyConfig(row: RowName, port: number, upstreamPort: number): string {
  const prefixes = row === 'routes' ? Array.from({ length: ROUTE_COUNT }, (_, index) => `/r${index}/items/`) : ['/items/']
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  option forwardfor
  http-reuse always
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:${port}
${prefixes.map((prefix) => `  use_backend main if { path_beg ${prefix} }`).join('\n')}
backend main
  server main 127.0.0.1:${upstreamPort}
`
}
