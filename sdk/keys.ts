import type { Key } from './types.js'

/** The first 64 bits of an IPv6 address as text; other addresses as they are. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** The client's address as a key: IPv4 whole, IPv6 by its /64 network, since one client usually holds all of it. */
export const ip: Key<{ readonly ip: string }, string> = Object.freeze({
  label: 'ip',
  read: (ctx: { readonly ip: string }) => networkOf(ctx.ip),
})
