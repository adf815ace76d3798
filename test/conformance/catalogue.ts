import type { Case } from './case.js'
import { bodyLimitCases } from './cases/body-limits.js'
import { brokenUpstreamCases } from './cases/broken-upstream.js'
import { canonicalTargetCases } from './cases/canonical-targets.js'
import { chunkCases } from './cases/chunks.js'
import { clientConnectionCases } from './cases/client-connections.js'
import { connectionReuseCases } from './cases/connection-reuse.js'
import { connectionCases } from './cases/connections.js'
import { earlyAnswerCases } from './cases/early-answers.js'
import { expectationCases } from './cases/expectations.js'
import { exposureCases } from './cases/exposure.js'
import { failingStepCases } from './cases/failing-steps.js'
import { fieldValueCases } from './cases/field-values.js'
import { forwardedFieldsCases } from './cases/forwarded-fields.js'
import { headerLineCases } from './cases/header-lines.js'
import { hopByHopCases } from './cases/hop-by-hop.js'
import { hostCases } from './cases/host.js'
import { identityCases } from './cases/identity.js'
import { injectionCases } from './cases/injection.js'
import { lengthAndCodingCases } from './cases/length-and-coding.js'
import { overloadCases } from './cases/overload.js'
import { overrideFieldCases } from './cases/override-fields.js'
import { ownFramingCases } from './cases/own-framing.js'
import { requestBodyCases } from './cases/request-bodies.js'
import { requestLimitCases } from './cases/request-limits.js'
import { requestLineCases } from './cases/request-line.js'
import { slowClientCases } from './cases/slow-clients.js'
import { slowUpstreamCases } from './cases/slow-upstream.js'
import { streamingCases } from './cases/streaming.js'
import { targetCases } from './cases/targets.js'
import { upgradeCases } from './cases/upgrades.js'
import { upstreamConnectionCases } from './cases/upstream-connections.js'
import { upstreamResponseCases } from './cases/upstream-responses.js'

/** A part of the catalogue with its cases, in the order they are shown. */
export interface Section {
  readonly title: string
  readonly cases: readonly Case[]
}

/** Every case there is. A file of cases that is not listed here is not in the table. */
export const catalogue: readonly Section[] = [
  { title: 'Hop-by-hop fields', cases: hopByHopCases },
  { title: 'Forwarding fields', cases: forwardedFieldsCases },
  { title: 'Identity fields', cases: identityCases },
  { title: 'Field values', cases: fieldValueCases },
  { title: 'Methods and targets', cases: targetCases },
  { title: 'Request bodies and trailers', cases: requestBodyCases },
  { title: 'Upstream responses', cases: upstreamResponseCases },
  { title: 'Upgrades that are none', cases: upgradeCases },
  { title: 'Expectations', cases: expectationCases },
  { title: 'Streaming and closing', cases: streamingCases },
  { title: 'Answers before the end of an upload', cases: earlyAnswerCases },
  { title: 'Client connections', cases: clientConnectionCases },
  { title: 'Steps that fail', cases: failingStepCases },
  { title: 'Injection and hostile bodies', cases: injectionCases },
  { title: 'What is given away', cases: exposureCases },
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
