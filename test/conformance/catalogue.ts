import type { Case } from './case.js'
import { canonicalTargetCases } from './cases/canonical-targets.js'
import { chunkCases } from './cases/chunks.js'
import { connectionReuseCases } from './cases/connection-reuse.js'
import { headerLineCases } from './cases/header-lines.js'
import { hopByHopCases } from './cases/hop-by-hop.js'
import { hostCases } from './cases/host.js'
import { lengthAndCodingCases } from './cases/length-and-coding.js'
import { overrideFieldCases } from './cases/override-fields.js'
import { ownFramingCases } from './cases/own-framing.js'
import { requestLineCases } from './cases/request-line.js'

/** A part of the catalogue with its cases, in the order they are shown. */
export interface Section {
  readonly title: string
  readonly cases: readonly Case[]
}

/** Every case there is. A file of cases that is not listed here is not in the table. */
export const catalogue: readonly Section[] = [
  { title: 'Hop-by-hop fields', cases: hopByHopCases },
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
