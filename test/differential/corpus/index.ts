import type { Case } from '../case.js'
import { framingCases } from './framing.js'
import { headerCases } from './headers.js'
import { hostCases } from './host.js'
import { requestLineCases } from './request-line.js'
import { responseCases } from './responses.js'
import { targetCases } from './targets.js'

/** Every case, by theme. */
export const corpus: Readonly<Record<string, readonly Case[]>> = {
  'Request line': requestLineCases,
  Target: targetCases,
  Host: hostCases,
  Framing: framingCases,
  'Header lines': headerCases,
  Responses: responseCases,
}
