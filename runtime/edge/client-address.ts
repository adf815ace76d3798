import { isIP } from 'node:net'
import { compileNetworks } from './network-list.js'

/** Knows which peers are trusted proxies and what they say of the client. */
export interface ClientAddress {
  trusts(peer: string): boolean
  /** The client's address: the rightmost one in `X-Forwarded-For` that is no trusted proxy; the peer itself if it is not trusted. */
  of(peer: string, forwardedFor: string | undefined): string
}

/** Strips what makes one address look like several: IPv4 mapped into IPv6, brackets, a port, a zone. */
export function plainAddress(text: string): string {
  const mapped = text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(mapped)?.[1] ?? mapped
  const address = bracketed.replace(/%.*$/, '')
  return isIP(address) === 0 ? address.replace(/:\d+$/, '') : address
}

/** Builds the rule from addresses and networks in CIDR form; an empty list trusts nobody. */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return { trusts: () => false, of: (peer) => plainAddress(peer) }
  const trusted = compileNetworks(trustedProxies)
  const trusts = (peer: string) => trusted(plainAddress(peer))
  const of = (peer: string, forwardedFor: string | undefined) => {
    if (!trusts(peer) || forwardedFor === undefined) return plainAddress(peer)
    const hops = forwardedFor.split(',').map((hop) => plainAddress(hop.trim()))
    let client = plainAddress(peer)
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) break
      client = hop
      if (!trusts(hop)) break
    }
    return client
  }
  return { trusts, of }
}
