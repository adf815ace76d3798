import { type Case, lines } from '../case.js'

const host = (id: string, ...values: readonly string[]): Case => ({
  id,
  send: lines('GET /a?x=1 HTTP/1.1', ...values.map((value) => `Host: ${value}`)),
})

/** Shapes of the Host header. */
export const hostCases: readonly Case[] = [
  host('host-missing'),
  host('host-empty', ''),
  host('host-twice-same', 'gw', 'gw'),
  host('host-twice-different', 'gw', 'evil'),
  host('host-list', 'gw, evil'),
  host('host-userinfo', 'u@gw'),
  host('host-path', 'gw/p'),
  host('host-query', 'gw?x=2'),
  host('host-fragment', 'gw#'),
  host('host-backslash', 'gw\\p'),
  host('host-open-bracket', '[::1'),
  host('host-ipv6', '[::1]:8080'),
  host('host-port-text', 'gw:abc'),
  host('host-port-range', 'gw:99999'),
  host('host-port-empty', 'gw:'),
  host('host-port', 'gw:8080'),
  host('host-upper-case', 'GW'),
  host('host-trailing-dot', 'gw.'),
  host('host-underscore', 'my_service'),
  host('host-space', 'g w'),
]
