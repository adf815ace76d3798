import type { Case } from './case.js'
import { bodyLimitCases } from './cases/body-limits.js'
import { brokenUpstreamCases } from './cases/broken-upstream.js'
import { connectionCases } from './cases/connections.js'
import { hopByHopCases } from './cases/hop-by-hop.js'
import { overloadCases } from './cases/overload.js'
import { requestLimitCases } from './cases/request-limits.js'
import { slowClientCases } from './cases/slow-clients.js'
import { slowUpstreamCases } from './cases/slow-upstream.js'
import { upstreamConnectionCases } from './cases/upstream-connections.js'

/** A part of the catalogue with its cases, in the order they are shown. */
export interface Section {
  readonly title: string
  readonly cases: readonly Case[]
}

/** Every case there is. A file of cases that is not listed here is not in the table. */
export const catalogue: readonly Section[] = [
  { title: 'Hop-by-hop fields', cases: hopByHopCases },
  { title: 'Limits of a request’s head', cases: requestLimitCases },
  { title: 'Limits of a request’s body', cases: bodyLimitCases },
  { title: 'Slow clients', cases: slowClientCases },
  { title: 'Limits of connections', cases: connectionCases },
  { title: 'Overload', cases: overloadCases },
  { title: 'Broken upstreams', cases: brokenUpstreamCases },
  { title: 'Slow upstreams', cases: slowUpstreamCases },
  { title: 'Connections to upstreams', cases: upstreamConnectionCases },
]
