import { bodyLimitCases } from './cases/body-limits.js'
import { testCases } from './test-cases.js'

testCases(bodyLimitCases)
