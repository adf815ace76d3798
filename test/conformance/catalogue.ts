import type { Case } from './case.js'
import { forwardedFieldsCases } from './cases/forwarded-fields.js'
import { hopByHopCases } from './cases/hop-by-hop.js'
import { identityCases } from './cases/identity.js'

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
]
