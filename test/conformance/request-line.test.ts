import { requestLineCases } from './cases/request-line.js'
import { testCases } from './test-cases.js'

testCases(requestLineCases)
