import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prefixes, type RowName } from '../harness/rows.js'

/** HAProxy: one thread, kept-alive upstream connections, no log; paths in a map file, as its documentation advises for many. */
export function haproxyConfig(row: RowName, port: number, upstreamPort: number, folder: string): string {
  const map = join(folder, `haproxy-${row}.map`)
  const lines = prefixes(row).map((prefix) => `${prefix}/ main\n`)
  writeFileSync(map, lines.join(''))
  return `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  option forwardfor
  http-reuse always
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend clients
  bind 127.0.0.1:${port}
  use_backend %[path,map_beg(${map})]
backend main
  server main 127.0.0.1:${upstreamPort}
`
}
