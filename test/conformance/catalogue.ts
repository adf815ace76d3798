import type { Case } from './case.js'
import { bodyLimitCases } from './cases/body-limits.js'
import { brokenUpstreamCases } from './cases/broken-upstream.js'
import { canonicalTargetCases } from './cases/canonical-targets.js'
import { chunkCases } from './cases/chunks.js'
import { connectionReuseCases } from './cases/connection-reuse.js'
import { connectionCases } from './cases/connections.js'
import { headerLineCases } from './cases/header-lines.js'
import { hopByHopCases } from './cases/hop-by-hop.js'
import { hostCases } from './cases/host.js'
import { lengthAndCodingCases } from './cases/length-and-coding.js'
import { overloadCases } from './cases/overload.js'
import { overrideFieldCases } from './cases/override-fields.js'
import { ownFramingCases } from './cases/own-framing.js'
import { requestLimitCases } from './cases/request-limits.js'
import { requestLineCases } from './cases/request-line.js'
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
  { title: 'Framing: length and coding', cases: lengthAndCodingCases },
  { title: 'Framing: chunks', cases: chunkCases },
  { title: 'Framing: header lines', cases: headerLineCases },
  { title: 'Framing: what is sent on', cases: ownFramingCases },
  { title: 'Request line', cases: requestLineCases },
  { title: 'Host and absolute targets', cases: hostCases },
  { title: 'Reused connections', cases: connectionReuseCases },
  { title: 'Fields that override the request line', cases: overrideFieldCases },
  { title: 'Paths and authentication', cases: canonicalTargetCases },
]
