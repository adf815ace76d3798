import type { Key } from './types.js'

function groupsIn(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16)
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/** The eight 16-bit groups of an IPv6 address (RFC 4291 section 2.2), its zone left out. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const left = groupsIn(head)
  if (tail === undefined) return left
  const right = groupsIn(tail)
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** The first 64 bits of an IPv6 address as text; IPv4 addresses whole, also where they are mapped into IPv6. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const groups = groupsOf(address)
  const mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  if (mapped) return [6, 7].flatMap((index) => [(groups[index] as number) >> 8, (groups[index] as number) & 255]).join('.')
  const network = groups.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}

/** The client's address as a key: IPv4 whole, IPv6 by its /64 network, since one client usually holds all of it. */
export const ip: Key<{ readonly ip: string }, string> = Object.freeze({
  label: 'ip',
  read: (ctx: { readonly ip: string }) => networkOf(ctx.ip),
})
