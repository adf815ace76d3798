import { overrideFieldCases } from './cases/override-fields.js'
import { testCases } from './test-cases.js'

testCases(overrideFieldCases)
