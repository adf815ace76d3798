import dns, { type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP } from 'node:net'

/** Ranges that the IANA registries of special-purpose addresses (RFC 6890) do not call globally reachable, and multicast. */
const RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
] as const

const SPECIAL = new BlockList()
for (const range of RANGES) {
  const [address = '', bits] = range.split('/')
  SPECIAL.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4')
}

/** True for an address of the public internet; one of IPv4 written as IPv6 (`::ffff:` or NAT64) counts as what it stands for. */
export function isPublicAddress(address: string): boolean {
  // A zone, as in `fe80::1%eth0`, is of no matter here and unknown to lists.
  if (address.includes('%')) return isPublicAddress(address.slice(0, address.indexOf('%')))
  const family = isIP(address)
  if (family === 0 || SPECIAL.check(address, family === 6 ? 'ipv6' : 'ipv4')) return false
  const inner = family === 6 ? innerIpv4(address) : undefined
  return inner === undefined || isPublicAddress(inner)
}

const MAPPED = new BlockList()
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6')
MAPPED.addSubnet('64:ff9b::', 96, 'ipv6')

/** The IPv4 address inside an IPv6 address of a translation prefix (RFC 6052). */
function innerIpv4(address: string): string | undefined {
  if (!MAPPED.check(address, 'ipv6')) return undefined
  // Written canonically, the last 32 bits are two groups of hexadecimal digits.
  const [high = '0', low = '0'] = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2)
  const bits = (Number.parseInt(high || '0', 16) << 16) | Number.parseInt(low || '0', 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}

/** The failure to connect to an address that the upstream may not have. */
export function notPublic(host: string, addresses: readonly string[]): Error {
  const found = addresses.length === 0 || addresses[0] === host ? '' : ` stands for ${addresses.join(', ')}, which`
  return Object.assign(new Error(`${host}${found} is not an address of the public internet, and \`denyPrivate\` is set`), {
    code: 'ERR_PRIVATE_ADDRESS',
  })
}

type Done = (error: NodeJS.ErrnoException | null, address?: string | LookupAddress[], family?: number) => void

/** `dns.lookup` that leaves out what is not public: the connection goes to an address that was checked, whatever the name says next. */
export function lookupPublic(host: string, options: LookupOptions, done: Done): void {
  dns.lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error)
    const allowed = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (!first)
      return done(
        notPublic(
          host,
          addresses.map(({ address }) => address),
        ),
      )
    return options.all ? done(null, allowed) : done(null, first.address, first.family)
  })
}
