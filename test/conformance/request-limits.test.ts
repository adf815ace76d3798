import { requestLimitCases } from './cases/request-limits.js'
import { testCases } from './test-cases.js'

testCases(requestLimitCases)
