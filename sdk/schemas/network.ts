import { z } from 'zod'

/** An IP address or a network in CIDR form (RFC 4632, RFC 4291), such as `10.0.0.0/8` or `2001:db8::/32`. */
export type Network =
  | `${number}.${number}.${number}.${number}`
  | `${number}.${number}.${number}.${number}/${number}`
  | `${string}:${string}`

/** Accepts an address or a network whose address has no bit set beyond its prefix. */
export const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'expected an IP address or a network such as "10.0.0.0/8"')
