import { requestBodyCases } from './cases/request-bodies.js'
import { testCases } from './test-cases.js'

testCases(requestBodyCases)
