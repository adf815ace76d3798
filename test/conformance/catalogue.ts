import type { Case } from './case.js'
import { fieldValueCases } from './cases/field-values.js'
import { forwardedFieldsCases } from './cases/forwarded-fields.js'
import { hopByHopCases } from './cases/hop-by-hop.js'
import { identityCases } from './cases/identity.js'
import { requestBodyCases } from './cases/request-bodies.js'
import { targetCases } from './cases/targets.js'

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
]
