import { z } from 'zod'
import { type Balance, HEED_WEIGHTS, labelsSchema } from './balance.js'
import { targetUrl } from './schemas/target-url.js'

const hostText = z.string().regex(/^[a-z0-9.-]+(?::\d{1,5})?$/i, 'expected a host name, with a port if there is one')

export const targetSchema = z.union([
  targetUrl,
  z.strictObject({
    /** Base URL, or `unix:` with the path of a socket; its path is put before the request's. */
    url: targetUrl,
    /** What `Host` says to a target behind a Unix socket. Default `localhost`. */
    host: hostText.optional(),
    /** Share of the requests relative to the other targets: 1 to 1,000. */
    weight: z.int().min(1).max(1_000).default(1),
    /** Targets of priority 0 are used first, those of 1 when too few of them are usable, and so on: 0 to 15. Default 0. */
    priority: z.int().min(0).max(15).default(0),
    /** What `subset` chooses by, such as `{ shard: 'a' }`. */
    labels: labelsSchema.default({}),
  }),
])

/** One target of an upstream. */
export interface TargetOptions {
  readonly url: string
  readonly host?: string
  readonly weight?: number
  readonly priority?: number
  readonly labels?: Readonly<Record<string, string>>
}

/** Parsed options of a target. */
export type TargetSettings = z.output<typeof targetSchema>

/** What of an upstream's options its targets are held to. */
export interface TargetRules {
  readonly balance: Balance
  readonly http2: boolean
  readonly denyPrivate: boolean
}

/** What is wrong with a target for its upstream, and what to do. */
export interface TargetIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly hint?: string
}

/** What is wrong with targets for an upstream of these options; paths begin with their place in the list. */
export function targetIssues(targets: readonly TargetSettings[], { balance, http2, denyPrivate }: TargetRules): readonly TargetIssue[] {
  return targets.flatMap((entry, index): TargetIssue[] => {
    const { url, host, weight } = typeof entry === 'string' ? { url: entry, host: undefined, weight: 1 } : entry
    const isSocket = url.startsWith('unix:')
    const issues: TargetIssue[] = []
    if (http2 && !url.startsWith('https:'))
      issues.push({
        path: [index],
        message: '`http2` needs `https:` targets, since it is agreed on in the TLS handshake',
        hint: 'use an https URL, or leave `http2` out',
      })
    if (host !== undefined && !isSocket)
      issues.push({ path: [index, 'host'], message: '`host` is for `unix:` targets; a URL says its host itself' })
    else if (isSocket && denyPrivate)
      issues.push({ path: [index], message: 'a Unix socket is on this host, which `denyPrivate` never connects to' })
    if (balance === 'round-robin' && weight > 1)
      issues.push({
        path: [index, 'weight'],
        message: `a weight of ${weight} has no effect with \`round-robin\`, which takes each target in turn`,
        hint: HEED_WEIGHTS,
      })
    return issues
  })
}
