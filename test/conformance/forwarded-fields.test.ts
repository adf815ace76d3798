import { forwardedFieldsCases } from './cases/forwarded-fields.js'
import { testCases } from './test-cases.js'

testCases(forwardedFieldsCases)
