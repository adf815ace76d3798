import type { promises as dns, RecordWithTtl, SrvRecord } from 'node:dns'
import { isIPv6 } from 'node:net'
import { type DnsSettings, MOST_FOUND } from '../../../sdk/discovery.js'
import type { NamedTarget } from './found-target.js'

/** The targets that a name stands for, and for how long. */
export interface ResolvedTargets {
  readonly targets: readonly NamedTarget[]
  /** Seconds; undefined where the name server's answer does not say. */
  readonly ttl: number | undefined
}

type Resolver = Pick<dns.Resolver, 'resolve4' | 'resolve6' | 'resolveSrv'>

/** A record of weight 0 has a small chance beside others (RFC 2782). */
const LEAST_WEIGHT = 0.1

const leastOf = (records: readonly RecordWithTtl[]) => (records.length > 0 ? Math.min(...records.map(({ ttl }) => ttl)) : undefined)

/** The name that `Host` says: a DNS answer must not choose what certificates are held to (RFC 9525 section 6.1). */
function nameOf({ name, type, host }: DnsSettings): string {
  const plain = (host ?? name).replace(/\.$/, '')
  return type === 'SRV' && host === undefined ? plain.replace(/^(?:_[^.]+\.)+/, '') : plain
}

/**
 * Asks for the targets of a name. Node does not tell the TTL of SRV records: that of their hosts' addresses stands in.
 * Rejects with the resolver's error.
 */
export async function resolveTargets(source: DnsSettings, resolver: Resolver): Promise<ResolvedTargets> {
  const name = nameOf(source)
  const targetAt = (address: string, port: number | undefined, weight: number, priority: number): NamedTarget => {
    const host = isIPv6(address) ? `[${address}]` : address
    const url = `${source.scheme}://${host}${port === undefined ? '' : `:${port}`}${source.path ?? ''}`
    return { url, name, weight, priority, labels: {} }
  }
  const { targets, ttl } =
    source.type === 'SRV' ? await ofServices(source, resolver, targetAt) : await ofAddresses(source, resolver, targetAt)
  const distinct = [...new Map(targets.map((target) => [target.url, target])).values()]
  // In another order it is the same answer.
  return { targets: distinct.sort((a, b) => (a.url < b.url ? -1 : 1)).slice(0, MOST_FOUND), ttl }
}

type MakeTarget = (address: string, port: number | undefined, weight: number, priority: number) => NamedTarget

async function ofAddresses({ name, type, port }: DnsSettings, resolver: Resolver, targetAt: MakeTarget): Promise<ResolvedTargets> {
  const records = await (type === 'AAAA' ? resolver.resolve6(name, { ttl: true }) : resolver.resolve4(name, { ttl: true }))
  return { targets: records.map(({ address }) => targetAt(address, port, 1, 0)), ttl: leastOf(records) }
}

/** A host that does not exist has no address; one that cannot be asked for now may have, and without it no answer is whole. */
function noneIfUnknown(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
  throw error
}

async function ofServices({ name }: DnsSettings, resolver: Resolver, targetAt: MakeTarget): Promise<ResolvedTargets> {
  const services = await resolver.resolveSrv(name)
  // The single name "." says that there is no such service (RFC 2782).
  const offered = services.filter((service) => service.name !== '' && service.name !== '.')
  const answers = await Promise.all(
    offered.map(async (service) => ({ service, records: await addressesOf(service, resolver).catch(noneIfUnknown) })),
  )
  const targets = answers.flatMap(({ service: { port, weight, priority }, records }) =>
    records.map(({ address }) => targetAt(address, port, Math.max(weight, LEAST_WEIGHT) / records.length, priority)),
  )
  return { targets, ttl: leastOf(answers.flatMap(({ records }) => records)) }
}

/** IPv4 where there is any, else IPv6. */
async function addressesOf({ name }: SrvRecord, resolver: Resolver): Promise<readonly RecordWithTtl[]> {
  const found = await resolver.resolve4(name, { ttl: true }).catch(noneIfUnknown)
  return found.length > 0 ? found : resolver.resolve6(name, { ttl: true })
}
